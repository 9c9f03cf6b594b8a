"""The one owner of mutable state: it takes frames in and gives snapshots out."""
