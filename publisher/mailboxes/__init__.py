"""Where mail that came back lies: a maildir, an mbox file, a folder on an IMAP server."""
