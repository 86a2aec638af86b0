"""Arguments, prompts, colours, exit codes."""
