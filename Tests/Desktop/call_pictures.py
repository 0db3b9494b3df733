"""Pictures of calls for docs/screenshots, between people who are drawn."""
import subprocess
import tempfile
import time

import desktop

DRAWN = {
    "hanako": ("#c9d6df-#52616b", "#2b2b2b", "#e8c39e", "#7a9e7e"),
    "kenji": ("#f3e9d2-#88a09e", "#1c1c1c", "#d9a679", "#3d5a80"),
    "maria": ("#d8c3a5-#8e8d8a", "#5b3a29", "#f0c8a0", "#a4508b"),
}


class CallPictures:
    """Uses the server and the programs of make-pictures."""

    def __init__(self, pictures):
        self.pictures = pictures
        self.server = pictures.server
        self.folder = tempfile.mkdtemp()

    def source(self, name):
        """A person before a wall, as a camera would see them."""
        wall, hair, skin, shirt = DRAWN[name]
        file = f"{self.folder}/{name}.png"
        subprocess.run(
            ["convert", "-size", "640x480", f"gradient:{wall}", "-fill", "#00000022", "-draw", "rectangle 40,40 210,250",
             "-fill", "#ffffff33", "-draw", "rectangle 52,52 198,238",
             "-fill", shirt, "-draw", "roundrectangle 170,350 470,620 110,110", "-fill", skin, "-draw",
             "roundrectangle 285,290 355,380 25,25", "-fill", hair, "-draw", "ellipse 320,205 112,132 0,360",
             "-fill", skin, "-draw", "ellipse 320,228 88,106 0,360", "-fill", hair, "-draw",
             "ellipse 320,150 96,52 150,390", "-fill", "#222222", "-draw", "circle 286,222 292,222", "-draw",
             "circle 354,222 360,222", "-fill", "none", "-stroke", "#8a4b3c", "-strokewidth", "4", "-draw",
             "arc 292,250 348,292 20,160", file], check=True)
        return f"filesrc location={file} ! pngdec ! imagefreeze is-live=true ! videoconvert"

    def screen(self):
        """A page of figures, as one shows it to others."""
        file = f"{self.folder}/screen.png"
        subprocess.run(
            ["convert", "-size", "1280x720", "xc:#f6f5f4", "-fill", "#1a5fb4", "-draw", "rectangle 0,0 1280,64",
             "-fill", "white", "-pointsize", "30", "-annotate", "+30+43", "Offer 2026", "-fill", "#deddda", "-draw",
             "rectangle 60,120 760,640", "-fill", "#3584e4", "-draw", "rectangle 120,420 200,600", "-draw",
             "rectangle 240,340 320,600", "-draw", "rectangle 360,380 440,600", "-draw", "rectangle 480,260 560,600",
             "-draw", "rectangle 600,200 680,600", "-fill", "#3d3846", "-pointsize", "26", "-annotate", "+820+180",
             "40 units\n\nDelivery in May\n\nPrice: to be agreed", file], check=True)
        return f"filesrc location={file} ! pngdec ! imagefreeze is-live=true ! videoconvert"

    def program(self, user):
        program = desktop.Desktop(environment={
            "MADODESKTOP_AUDIO_SOURCE": "audiotestsrc is-live=true wave=pink-noise volume=0.3",
            "MADODESKTOP_VIDEO_SOURCE": self.source(user), "MADODESKTOP_SCREEN_SOURCE": self.screen()})
        self.pictures.programs.append(program)
        return program.start().log_in(self.server.url, user, "mado-demo")

    def shot(self, program, name):
        time.sleep(1.5)
        self.pictures.shot(program, name)

    def make(self):
        hanako, kenji = self.program("hanako"), self.program("kenji")
        for program in (hanako, kenji):
            program.click("^Not now")
            program.no_longer_see("^Not now")
        hanako.place(20, 20)
        kenji.place(700, 20)
        for program, other in ((hanako, "Kenji"), (kenji, "Hanako")):
            program.click(f"^{other}", "list item")
            program.see("^Message$")
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
        self.shot(hanako, "call-details")
        hanako.click("^Details of the call$")
        kenji.click("^Share the screen$")
        time.sleep(2)
        self.shot(hanako, "call-sharing")
        hanako.place(20, 20, 360, 480)
        self.shot(hanako, "call-small")
        hanako.place(20, 20, 1240, 800)
        kenji.click("^Share the screen no more$")
        time.sleep(2)
        self.shot(hanako, "call-wide")
        hanako.click("^Hang up$")
        kenji.no_longer_see("^Hang up$")
        self.dark(hanako)
        kenji.click("^Video call$", "push button")
        hanako.see("^Kenji .*calls$")
        self.shot(hanako, "call-ringing-dark")
        hanako.click("^Accept$", which=0)
        hanako.see("^Picture of Kenji")
        self.shot(hanako, "call-picture-dark")
        hanako.click("^Hang up$")
        kenji.no_longer_see("^Hang up$")
        hanako.kill()
        self.make_japanese(kenji)

    def make_japanese(self, kenji):
        hanako = self.pictures.program("ja_JP")
        hanako.see("サーバー")
        hanako.log_in_as(
            self.server.url, "hanako", "mado-demo", ("サーバー", "続ける", "ユーザー名", "パスワード", "ログイン"))
        hanako.click("^後で")
        hanako.no_longer_see("^後で")
        hanako.place(20, 20)
        kenji.click("^Video call$", "push button")
        hanako.see("^Kenji .*着信$")
        self.shot(hanako, "call-ringing-japanese")
        hanako.click("^応じる$", which=0)
        hanako.see("^Kenji .*さんの映像")
        self.shot(hanako, "call-picture-japanese")
        kenji.click("^Hang up$")

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
