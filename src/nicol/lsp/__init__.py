"""The language server: the editor's questions as messages over a pipe or a socket."""
