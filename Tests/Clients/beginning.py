"""What conversations begin with."""

from window import PASSWORD


class Beginning:
    """Of Hanako and Kenji, who have accounts; `hanako` and `kenji` are their programs."""

    def log_in(self, hanako, kenji):
        hanako.log_in(self.hanako, PASSWORD)
        kenji.focus()
        kenji.log_in(self.kenji, PASSWORD)

    def meet(self, hanako, kenji):
        """Hanako asks for a chat, Kenji accepts, and she opens it."""
        hanako.ask(self.kenji)
        kenji.accept("Hanako")
        hanako.open("Kenji")
