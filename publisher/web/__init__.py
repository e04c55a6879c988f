"""Pages that the program itself serves. For now: the preview, on this machine only."""
