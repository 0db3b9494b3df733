"""Pictures of playing together for docs/screenshots: the question, the waiting, the card, the board beside the chat."""
import subprocess
import time

import arcade_process
import desktop

PLACE = (20, 20)
NARROW, SMALL, WIDE = (402, 762), (360, 480), (1300, 820)
MOVES = "d3 c5 d6 e3 f4".split()


class ArcadePictures:
    """Uses the programs and the server of make-pictures."""

    def __init__(self, pictures):
        self.pictures = pictures
        self.arcade = arcade_process.Arcade(pictures.server, path="/second/arcade/").start()

    def close(self):
        self.arcade.remove()

    def show(self, program, size):
        """Above everything else, at a known place."""
        program.place(*PLACE, *size)
        program.activate()

    def shot(self, size, name):
        """With the dialogs above the window, which are windows of their own."""
        time.sleep(1.5)  # Nothing moves any more.
        x, y = PLACE
        subprocess.run(
            ["import", "-window", "root", "-crop", f"{size[0]}x{size[1]}+{x}+{y}", "+repage", "+dither", "-colors", "160",
             f"{self.pictures.folder}/{name}.png"], check=True)

    def program(self, user, language=None):
        words = ("Server", "Continue", "User name", "Password", "Log in")
        if language == "ja_JP":
            words = ("サーバー", "続ける", "ユーザー名", "パスワード", "ログイン")
        program = self.pictures.program(language)
        program.see(words[0])
        program.log_in_as(self.pictures.server.url, user, "mado-demo", words)
        program.until(lambda: program.find("^(Together|一緒に)$", "push button"), "the Function bar")
        return program

    def choose(self, program, function, below=0):
        """Opens a function by its name, and the entry of its list that stands so far below."""
        program.activate()
        program.click(f"^{function}$", "push button")
        program.until(lambda: program.find("^(Watch together|一緒に見る)$"), "the list")
        program.key(*["Down"] * below, "Return")

    def make(self):
        hanako = self.program("hanako")
        kenji = self.program("kenji")
        for program in (hanako, kenji):
            if program.find("asks you to join"):
                program.click("^Decline$")
            program.command("win.next-conversation")
            program.see("Lunch at 12:15")
        hanako.say("I bring the board")
        kenji.see("I bring the board")
        self.show(hanako, NARROW)
        self.choose(hanako, "Together")
        hanako.see("^Play Reversi together")
        self.shot(NARROW, "together-question")
        hanako.click("^Together Together$", "push button")
        hanako.see("^Waiting for")
        self.shot(NARROW, "together-waiting")
        kenji.see("waits for you in Reversi")
        self.show(kenji, NARROW)
        self.shot(NARROW, "together-card")
        kenji.click("^Join$")
        turn = "^Reversi · Your turn"
        hanako.until(lambda: hanako.find(turn) or kenji.find(turn), "somebody's turn")
        self.play([hanako, kenji] if hanako.find(turn) else [kenji, hanako])
        # Smaller and smaller would leave a window as wide as it was.
        for size, name in ((NARROW, "board"), (SMALL, "small"), (WIDE, "wide")):
            self.show(hanako, size)
            self.shot(size, f"together-{name}")
        kenji.kill()
        with open(f"{kenji.home}/config/{kenji.folder_name}/settings.json", "w") as file:
            file.write('{"colour_scheme": "dark"}')
        kenji.start()
        kenji.command("win.next-conversation")
        kenji.see("waits for you in Reversi")
        kenji.click("^Join$")
        kenji.see("^Reversi · ")
        for size, name in ((NARROW, "board"), (WIDE, "wide")):
            self.show(kenji, size)
            self.shot(size, f"together-{name}-dark")
        self.in_japanese()

    def in_japanese(self):
        """The question, to somebody else in the same conversation's other half."""
        hanako = self.program("hanako", "ja_JP")
        self.show(hanako, NARROW)
        hanako.command("win.next-conversation")
        self.choose(hanako, "一緒に", 2)
        hanako.see("囲碁をしますか")
        self.shot(NARROW, "together-japanese")

    def play(self, order):
        """A few moves, as the people's other devices would make them."""
        names = ["hanako" if program.find("^My state: Hanako") else "kenji" for program in order]
        players = [arcade_process.Player(self.arcade, self.pictures.log_in(name)) for name in names]
        for player in players:
            player.connect()
            player.place("joint")
        for number, move in enumerate(MOVES):
            player = players[number % 2]
            player.view(lambda view, number=number: view.get("turn") == number % 2)
            player.act(f"move {move}")
