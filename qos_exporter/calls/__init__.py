"""SIP dialogs and their media: which stream belongs to which call, and in which direction."""
