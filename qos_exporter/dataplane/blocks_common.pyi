from enum import IntFlag

class WalkStatus(IntFlag):
    FULL = 0
    STARVED = 1
    SECTION = 2
    INTERFACE = 3
    BLOCK_LENGTH = 4
    LENGTHS_DIFFER = 5
    CAPTURED_LENGTH = 6
    UNKNOWN_INTERFACE = 7
    BLANK = 8
    ANOTHER_FILE = 9
