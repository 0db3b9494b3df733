"""Pictures of calls for docs/screenshots, between people who are drawn."""
import tempfile
import time

import desktop
import drawn_people

WIDTH, HEIGHT = 402, 762  # the usual size with what GTK draws around it


class CallPictures:
    """Uses the server and the programs of make-pictures."""

    def __init__(self, pictures):
        self.pictures = pictures
        self.server = pictures.server
        self.folder = tempfile.mkdtemp()

    def program(self, user, language=None):
        person = drawn_people.person(user, f"{self.folder}/{user}.png")
        return self.pictures.program(language, {
            "MADODESKTOP_AUDIO_SOURCE": "audiotestsrc is-live=true wave=pink-noise volume=0.3",
            "MADODESKTOP_VIDEO_SOURCE": drawn_people.still(person),
            "MADODESKTOP_SCREEN_SOURCE": drawn_people.still(drawn_people.screen(f"{self.folder}/screen.png"))})

    def at_desk(self, user, x):
        """Logged in, with nothing in the way."""
        program = self.program(user).log_in(self.server.url, user, "mado-demo")
        program.place(x, 20)
        if program.find("^Not now"):
            program.click("^Not now")
            program.no_longer_see("^Not now")
        return program

    def shot(self, program, name, from_screen=False):
        time.sleep(1.5)
        self.pictures.shot(program, name, from_screen)

    def make(self):
        hanako, kenji = self.at_desk("hanako", 20), self.at_desk("kenji", 700)
        for program, other in ((hanako, "Kenji"), (kenji, "Hanako")):
            program.click(f"^{other}", "list item")
            program.see("^Message$")
        self.make_usual(hanako, kenji)
        self.make_conference(hanako, kenji)
        self.make_dark(hanako, kenji)
        hanako.kill()
        self.make_japanese(kenji)

    def make_usual(self, hanako, kenji):
        kenji.click("^Video call$", "push button")
        hanako.see("^Kenji .*calls$")
        self.shot(hanako, "call-ringing")
        kenji.click("^Hang up$")
        hanako.see("^Missed video call$")
        self.shot(hanako, "call-missed")
        hanako.click("^Call back$")
        kenji.see("^Hanako .*calls$")
        # The invitation to a conversation has one, too.
        kenji.click("^Accept$", which=0)
        hanako.see("^Picture of Kenji")
        self.shot(hanako, "call-picture")
        hanako.click("^Details of the call$")
        hanako.see("Pictures received: [1-9]")
        self.shot(hanako, "call-details", from_screen=True)
        hanako.place(20, 20, 360, 480)
        self.shot(hanako, "call-details-small", from_screen=True)
        hanako.click("^Details of the call$")
        self.shot(hanako, "call-small")
        kenji.click("^Share the screen$")
        hanako.see("^Screen of Kenji")
        self.shot(hanako, "call-sharing-small")
        hanako.place(20, 20, WIDTH, HEIGHT)
        self.shot(hanako, "call-sharing")
        hanako.place(20, 20, 1240, 800)
        kenji.click("^Share the screen no more$")
        hanako.see("^Picture of Kenji")
        self.shot(hanako, "call-wide")
        self.make_usual_size(hanako)
        self.end(hanako, kenji)
        kenji.click("^Voice call$", "push button")
        # Before it rings the first to accept is an invitation.
        hanako.see("^Kenji .*calls$")
        hanako.click("^Accept$", which=0)
        hanako.see("^Kenji .* · 0:[0-9]{2}", "label")
        kenji.click("^Without sound$")
        self.shot(hanako, "call-voice")
        self.end(hanako, kenji)

    def make_conference(self, hanako, kenji):
        """In a room of more than four."""
        maria = self.at_desk("maria", 700)
        programs = (hanako, kenji, maria)
        for program in programs:
            program.command("win.show-conversations")
            program.click("^Lobby", "list item")
            program.see("^Message$")
        for program in programs:
            program.click("^Video call$", "push button")
            program.see("^Lobby · [0-9] p", "label")
        for name in ("Kenji", "Maria"):
            hanako.see(f"^Picture of {name}")
        maria.click("^Without sound$")
        hanako.see("^Picture of Maria.*, without sound$")
        self.shot(hanako, "call-conference")
        hanako.place(20, 20, 1240, 800)
        self.shot(hanako, "call-conference-wide")
        self.make_usual_size(hanako)
        for program in programs:
            self.end(program)
        maria.kill()
        for program, other in ((hanako, "Kenji"), (kenji, "Hanako")):
            program.command("win.show-conversations")
            program.click(f"^{other}", "list item")
            program.see("^Message$")

    def make_dark(self, hanako, kenji):
        self.dark(hanako)
        kenji.click("^Video call$", "push button")
        hanako.see("^Kenji .*calls$")
        self.shot(hanako, "call-ringing-dark")
        hanako.click("^Accept$", which=0)
        hanako.see("^Picture of Kenji")
        self.shot(hanako, "call-picture-dark")
        hanako.place(20, 20, 360, 480)
        self.shot(hanako, "call-small-dark")
        self.end(hanako, kenji)
        hanako.see("^Video call, ")

    def make_japanese(self, kenji):
        hanako = self.program("hanako", "ja_JP")
        hanako.see("サーバー")
        hanako.log_in_as(
            self.server.url, "hanako", "mado-demo", ("サーバー", "続ける", "ユーザー名", "パスワード", "ログイン"))
        hanako.place(20, 20)
        hanako.click("^後で")
        hanako.no_longer_see("^後で")
        hanako.click("^Kenji", "list item")
        kenji.click("^Video call$", "push button")
        hanako.see("^Kenji .*着信$")
        self.shot(hanako, "call-ringing-japanese")
        hanako.click("^応じる$", which=0)
        hanako.see("^Kenji .*さんの映像")
        self.shot(hanako, "call-picture-japanese")
        hanako.place(20, 20, 360, 480)
        self.shot(hanako, "call-small-japanese")
        hanako.click("^通話の詳細$")
        self.shot(hanako, "call-details-japanese", from_screen=True)
        hanako.place(20, 20, WIDTH, HEIGHT)
        self.end(kenji)

    def make_usual_size(self, program):
        """From three columns: at first a window gets no narrower than two."""
        for _ in range(3):
            program.place(20, 20, WIDTH, HEIGHT)
            if program.size()[2] == WIDTH:
                return
            time.sleep(0.5)
        raise desktop.NotSeen(f"a window {WIDTH} pixels wide")

    @staticmethod
    def end(program, *others):
        program.click("^Hang up$")
        for one in (program, *others):
            one.no_longer_see("^Hang up$")

    @staticmethod
    def dark(program):
        program.kill()
        with open(f"{program.home}/config/{program.folder_name}/settings.json", "w") as file:
            file.write('{"colour_scheme": "dark"}')
        program.start()
        program.place(20, 20)
        program.see("^Kenji", "list item")
        program.click("^Kenji", "list item")
        program.see("^Message$")
