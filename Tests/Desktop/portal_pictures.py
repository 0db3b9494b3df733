"""Pictures of the portal's functions for docs/screenshots, with rooms that show what there is."""
import hashlib
import json
import math
import os
import subprocess
import tempfile
import time

import portal


class PortalPictures:
    """Uses the programs and the server of make-pictures."""

    def __init__(self, pictures):
        self.pictures = pictures
        self.server = pictures.server
        self.folder = tempfile.mkdtemp()

    def fill(self):
        house = self.house = portal.House(self.server.register("frontdesk", "mado-demo-1"))
        house.member.expect(
            "PUT", f"/_matrix/client/v3/profile/{portal.mado.quote(house.member.user_id)}/displayname",
            {"displayname": "Front desk"})
        feeds = {
            "weather": house.feed("weather", "Weather", "Weather office", topic="Osaka, every hour"),
            "prices": house.feed(
                "prices", "Markets", "Exchange", topic="Indices and currencies",
                series=[{"name": "N225", "unit": "JPY", "label": "Nikkei 225"}, {"name": "IBEX", "unit": "EUR", "label": "IBEX 35"}]),
            "house": house.feed("house", "House news", "Front desk", topic="What happens in the building"),
        }
        self.feeds = feeds
        self.items(feeds)
        self.channels(feeds["prices"])
        board = house.board("Everybody")
        house.announce(board, "Canteen closed on Friday", "The kitchen gets its new ovens. Cold meals are at the front desk "
                       "from 11:30 to 13:00, also for those who eat no meat.", link="https://example.org/canteen")
        house.announce(board, "New parking rules from May", "Please put your number plate on the list.", priority="important")
        self.board = board
        form = house.application("Day off", {
            "title": "Day off", "description": "Goes to the office of your department, which answers within a day.",
            "submit_label": "Ask for it", "version": 1, "fields": [
                {"name": "day", "type": "date", "label": "First day", "required": True},
                {"name": "days", "type": "number", "label": "How many days", "required": True, "min": "0.5", "max": "30"},
                {"name": "kind", "type": "choice", "label": "What for", "required": True, "options": [
                    {"value": "rest", "label": "Rest"}, {"value": "family", "label": "Family"}]},
                {"name": "proof", "type": "picture", "label": "Picture of a document", "required": False},
                {"name": "words", "type": "multiline", "label": "Anything else", "required": False, "max_length": 500},
                {"name": "told", "type": "check", "label": "My group knows", "required": True}]})
        self.rooms = [*feeds.values(), *self.channel_rooms, board, form]
        for name in ("hanako", "kenji"):
            portal.join(self.pictures.log_in(name), *self.rooms)

    def items(self, feeds):
        house = self.house
        house.item(feeds["weather"], "w1", "Osaka 21°, rain from 15:00", provider="Weather office", contact=house.member.user_id,
                   link="https://example.org/weather",
                   html="<p>Dry until the early afternoon, then <b>steady rain</b> from 15:00 on. Wind from the south-east.</p>"
                        "<ul><li>Today 21°, tonight 14°</li><li>Tomorrow 18°, clearing up</li></ul>")
        house.item(feeds["house"], "h1", "Lift 2 is being repaired until noon", priority="high")
        house.item(feeds["house"], "h2", "Choir practice at 18:30 in the hall")
        self.value = house.item(feeds["prices"], "n225", "N225 41,204", provider="Exchange", series={
            "name": "N225", "value": "41204.5", "unit": "JPY", "ts": portal.now()})

    def values(self):
        """The day so far, as a program that was there saw it come."""
        house, feeds = self.house, self.feeds
        for name, unit, base in (("N225", "JPY", 41000), ("IBEX", "EUR", 11200)):
            for step in range(90):
                ts = portal.now() - (90 - step) * 240_000
                turn = step / 9 if name == "N225" else step / 17 + 2
                value = base * (1 + 0.006 * math.sin(turn) + 0.00008 * step + 0.0008 * math.sin(step * 1.7 + turn))
                house.item(feeds["prices"], "n225", "N225 41,204", replaces=self.value, provider="Exchange", series={
                    "name": name, "value": f"{value:.1f}", "unit": unit, "ts": ts})
        house.item(feeds["prices"], "n225", "N225 41,204 ▲ 0.5 %", replaces=self.value, provider="Exchange",
                   contact=house.member.user_id, html="<p>Tokyo closes higher, led by makers of machines.</p>",
                   series={"name": "N225", "value": "41204.5", "unit": "JPY", "ts": portal.now()})

    def painting(self, name, sky, hill):
        path = f"{self.folder}/{name}.png"
        subprocess.run(
            ["convert", "-size", "960x540", f"gradient:{sky}", "-fill", hill, "-draw",
             "polygon 0,540 0,380 200,300 400,400 620,260 960,420 960,540", "-fill", "#ffe599", "-draw",
             "circle 760,110 760,160", path], check=True)
        return self.house.upload(path, "image/png")

    def make_film(self, path):
        """A morning over the hills, in a minute."""
        for number in range(60):
            share = number / 59
            subprocess.run(
                ["convert", "-size", "640x360", f"gradient:rgb({60 + int(190 * share)},{80 + int(90 * share)},120)-#3d85c6",
                 "-fill", "#ffe599", "-draw", f"circle {120 + int(400 * share)},{230 - int(150 * share)} "
                 f"{120 + int(400 * share)},{262 - int(150 * share)}", "-fill", "#274e13", "-draw",
                 "polygon 0,360 0,260 140,210 280,270 430,190 640,280 640,360", "-fill", "#38761d", "-draw",
                 "polygon 0,360 0,300 200,260 420,310 640,250 640,360", f"{self.folder}/film{number:03}.png"], check=True)
        subprocess.run(
            ["gst-launch-1.0", "-q", "webmmux", "name=mux", "!", "filesink", f"location={path}", "multifilesrc",
             f"location={self.folder}/film%03d.png", "index=0", "stop-index=59", "caps=image/png,framerate=1/1", "!",
             "pngdec", "!", "videoconvert", "!", "videorate", "!", "video/x-raw,framerate=10/1", "!", "vp8enc",
             "deadline=1", "keyframe-max-dist=10", "!", "mux.", "audiotestsrc", f"num-buffers={60 * 44100 // 1024}",
             "volume=0", "!", "audioconvert", "!", "vorbisenc", "!", "mux."], check=True)

    def channels(self, prices):
        house = self.house
        self.make_film(f"{self.folder}/film.webm")
        film = house.upload(f"{self.folder}/film.webm", "video/webm")
        subtitles = f"{self.folder}/film.vtt"
        with open(subtitles, "w") as file:
            file.write("WEBVTT\n\n00:00.000 --> 01:00.000\nGood morning from the house studio\n")
        subtitles = house.upload(subtitles, "text/vtt")
        self.television = house.channel("television", "House TV", {
            "id": "tv", "title": "Morning round", "kind": "video", "live": False,
            "sources": [{"url": film, "mimetype": "video/webm", "label": "720p"}, {"url": film, "mimetype": "video/webm", "label": "360p"}],
            "subtitles": [{"url": subtitles, "language": "en", "label": "English", "mimetype": "text/vtt"}]})
        tone = f"{self.folder}/tone.ogg"
        subprocess.run(
            ["gst-launch-1.0", "-q", "audiotestsrc", "num-buffers=2000", "!", "audioconvert", "!", "vorbisenc", "!", "oggmux",
             "!", "filesink", f"location={tone}"], check=True)
        tone = house.upload(tone, "audio/ogg")
        evening = self.painting("evening", "#1b2a4a-#e69138", "#20303a")
        self.music = house.channel("music", "Canteen radio", {
            "id": "m", "title": "Quiet hours", "kind": "audio", "live": False, "poster": evening,
            "items": [{"url": tone, "title": title, "mimetype": "audio/ogg"} for title in ("First light", "Rain on the roof")]})
        self.slides = house.channel("pictures", "Our town", {
            "id": "p", "title": "Our town", "kind": "pictures", "live": False, "interval_ms": 600000, "items": [
                {"url": self.painting("morning", "#f6b26b-#3d85c6", "#274e13"), "title": "Morning", "mimetype": "image/png",
                 "caption": "From the roof, on Monday"},
                {"url": evening, "title": "Evening", "mimetype": "image/png"}]})
        self.chart = house.channel("charts", "Markets", {
            "id": "c", "title": "Today", "kind": "chart", "live": True, "window_ms": 21_600_000, "series": [
                {"room_id": prices, "name": "N225", "label": "Nikkei 225", "unit": "JPY"},
                {"room_id": prices, "name": "IBEX", "label": "IBEX 35", "unit": "EUR"}]})
        self.game = house.channel("games", "Break room", self.game_programme())
        self.channel_rooms = [self.television, self.music, self.slides, self.chart, self.game]

    def game_programme(self):
        page = """<!doctype html><title>Four lights</title><style>body{margin:0;background:#241f31;color:#fff;font:15px
            sans-serif;display:grid;place-content:center;height:100vh;gap:10px;text-align:center}
            .b{display:grid;grid-template-columns:repeat(4,56px);gap:8px}button{height:56px;border:0;border-radius:14px;
            background:#3d3846}button.on{background:#f9f06b}</style><div>Put out all lights</div><div class=b id=b></div>
            <script src=lights.js></script>"""
        script = """const b=document.getElementById('b');for(let i=0;i<16;i++){const e=document.createElement('button');
            if([1,4,6,11,14].includes(i))e.className='on';e.onclick=()=>{[0,1,-1,4,-4].forEach(d=>{const n=b.children[i+d];
            if(n)n.classList.toggle('on')})};b.append(e)}"""
        files = []
        for name, text, kind in (("index.html", page, "text/html"), ("lights.js", script, "text/javascript")):
            path = f"{self.folder}/{name}"
            with open(path, "w") as file:
                file.write(text)
            files.append({"path": name, "url": self.house.upload(path, kind), "mimetype": kind, "size": len(text),
                          "sha256": hashlib.sha256(text.encode()).hexdigest()})
        return {"id": "g", "title": "Four lights", "kind": "game", "live": False,
                "game": {"version": "1", "entry": "index.html", "files": files}}

    # Taking them

    def settings(self, program, **values):
        with open(f"{program.home}/config/{program.folder_name}/settings.json", "w") as file:
            json.dump(values, file)

    def make(self):
        self.fill()
        program = self.pictures.program().log_in(self.server.url, "hanako", "mado-demo")
        program.see("asks you to join")
        program.click("^Not now")
        program.until(lambda: len(program.windows()) == 1, "one window")
        program.click("^Decline$")
        program.no_longer_see("asks you to join")
        program.see("^Osaka 21")
        self.values()
        self.shots(program, "")
        program.kill()
        self.settings(program, colour_scheme="dark")
        program.start()
        program.see("^Osaka 21")
        self.shots(program, "-dark")
        program.kill()

    @staticmethod
    def open(program, function, channel, shown):
        """A channel from the Function bar, which lets choose where there are several, until it shows something."""
        program.click(f"^{function}$", "push button")
        program.until(lambda: program.find(shown) or program.find(f"^{channel}$", "list item"), channel)
        for choice in program.find("^Choose one$", "list"):
            rows = [program.text(choice.getChildAtIndex(index)) for index in range(choice.childCount)]
            program.key(*["Down"] * rows.index(channel), "Return")
        program.see(shown)

    def shots(self, program, suffix):
        width, height = 402, 762
        shot = lambda name: self.pictures.shot(program, f"portal-{name}{suffix}")  # noqa: E731
        program.place(60, 40, width, height)
        program.see("Charts", "push button")
        shot("window")
        self.open(program, "TV", "House TV", "^Pause$")
        time.sleep(2)
        shot("television")
        program.place(20, 20, 360, 480)
        shot("television-small")
        program.place(60, 40, width, height)
        self.open(program, "Music", "Canteen radio", "First light")
        shot("music")
        self.open(program, "Pictures", "Our town", "From the roof")
        shot("pictures")
        self.open(program, "Charts", "Markets", "Nikkei 225: now")
        shot("chart")
        self.open(program, "Games", "Break room", "Four lights")
        time.sleep(3)
        shot("game")
        program.click("^Close the Stage$")
        program.click("^N225 41,204")
        program.see("Tokyo closes higher")
        shot("card")
        program.click("^Close the item$")
        program.command("win.announcements")
        program.see("The kitchen gets")
        shot("announcements")
        self.close_top(program)
        program.command("win.feeds")
        program.see("What runs through the window")
        program.press(program.find("^Weather$")[-1])
        shot("feeds")
        self.close_top(program)
        program.click("^Forms$")
        program.see("How many days")
        program.click("^Ask for it$")
        program.see("This is needed")
        shot("form")
        self.close_top(program)
        program.place(20, 20, 1300, 820)
        program.command("win.next-conversation")
        self.open(program, "TV", "House TV", "^Pause$")
        program.click("^Osaka 21")
        time.sleep(2)
        shot("wide")
        self.open(program, "Charts", "Markets", "Nikkei 225: now")
        shot("wide-chart")
        program.click("^Close the item$")
        program.click("^Close the Stage$")

    @staticmethod
    def close_top(program):
        program.key("Escape")
        time.sleep(0.5)
        if len(program.windows()) > 1:
            program.key("alt+F4")
            time.sleep(0.5)
