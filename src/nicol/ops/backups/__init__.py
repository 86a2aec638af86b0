"""Backups: what one holds, where they lie, how they are taken, kept, checked and put back."""
