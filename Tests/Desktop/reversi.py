"""The board of Reversi in a desktop program's page, played by keyboard."""

# The shortest game: the one who begins takes all.
WIPE_OUT = "e6 f4 e3 f6 g5 d6 e7 f5 c5".split()
TURN = "^Reversi · Your turn"
# What the page is called once it shows that.
DRAWN = "^Reversi: (.*, )?Your turn$"


class Board:
    """Where the mark stands is known, for it moves only from here."""

    def __init__(self, program):
        self.program = program
        self.at = "e5"

    def move(self, square):
        """When it is this person's turn; returns when it is not any more."""
        self.program.see(DRAWN)
        column = ord(square[0]) - ord(self.at[0])
        row = int(square[1]) - int(self.at[1])
        keys = ["Right" if column > 0 else "Left"] * abs(column) + ["Up" if row > 0 else "Down"] * abs(row)
        self.program.activate()
        self.program.key(*keys, "Return")
        self.at = square
        self.program.no_longer_see(TURN)


def open_together(program, below=0):
    """From the Function bar, by keyboard: what stands so far below the first."""
    program.activate()
    program.command("win.functions")
    program.key("Return")
    program.see("^Watch together$")
    program.key(*["Down"] * below, "Return")
