"""Programs without a window, each with its own encryption: they verify each other, and talk where nobody else reads.

    bots.py MADO nio|matrix-commander

nio: two programs of matrix-nio. matrix-commander: the program of that name, and one of matrix-nio that hears it.
Ends with 1 when anything did not happen, or when the server answered what it should not.
"""

import asyncio
import io
import json
import os
import re
import ssl
import subprocess
import sys
import traceback

from nio import (
    AsyncClient, AsyncClientConfig, KeyVerificationCancel, KeyVerificationEvent, KeyVerificationKey,
    EnableEncryptionBuilder, KeyVerificationMac, KeyVerificationStart, OlmUnverifiedDeviceError, RoomEncryptedFile,
    RoomEncryptedImage, RoomMessageText, RoomSendResponse, ToDeviceError)
from nio.crypto import decrypt_attachment

from server import Server

PASSWORD = "correct-horse"
SECONDS = 60

# Refusals that are right; the reason of each is in docs/clients.md.
KNOWN_REFUSALS = ()


class Bot:
    """A member with one device, who syncs all the time."""

    def __init__(self, server, user, folder, name, device):
        os.makedirs(folder)
        self.name = name
        self.server = server
        self.client = AsyncClient(
            server.address, user, device_id=device, store_path=folder,
            config=AsyncClientConfig(encryption_enabled=True, store_sync_tokens=True),
            ssl=ssl.create_default_context(cafile=server.authority))
        self.heard = []
        self.files = []
        self.verified = {}
        self.shown = {}
        self.client.add_event_callback(self._hear, RoomMessageText)
        self.client.add_event_callback(self._get, (RoomEncryptedImage, RoomEncryptedFile))
        self.client.add_to_device_callback(self._verify, (KeyVerificationEvent,))
        self.syncing = None

    async def start(self):
        answer = await self.client.login(PASSWORD, device_name="bot")
        if not self.client.access_token:
            raise AssertionError(f"not logged in: {answer}")
        self.syncing = asyncio.create_task(self.client.sync_forever(timeout=10000, full_state=True))
        await self.client.synced.wait()

    async def stop(self):
        if self.syncing:
            self.syncing.cancel()
            await asyncio.gather(self.syncing, return_exceptions=True)
            self.syncing = None
        await self.client.close()

    async def log_out(self):
        token = self.client.access_token
        await self.stop()
        self.server.request("POST", "/_matrix/client/v3/logout", {}, token)

    async def _hear(self, room, event):
        self.heard.append((room.room_id, event.sender, event.body, event.decrypted))

    async def _get(self, room, event):
        self.files.append(event)

    async def _verify(self, event):
        """Goes through a verification; where a person compares what both devices show, both are kept."""
        transaction = event.transaction_id
        sas = self.client.key_verifications.get(transaction)
        if isinstance(event, KeyVerificationCancel):
            self.verified[transaction] = f"cancelled: {event.reason}"
        elif isinstance(event, KeyVerificationStart):
            self._sent(await self.client.accept_key_verification(transaction))
        elif isinstance(event, KeyVerificationKey):
            # The own key goes out before anything that is made from it.
            for answer in await self.client.send_to_device_messages():
                self._sent(answer)
            self.shown[transaction] = sas.get_emoji()
            self._sent(await self.client.to_device(self.client.confirm_key_verification(transaction)))
        elif isinstance(event, KeyVerificationMac):
            self.verified[transaction] = sas.verified

    @staticmethod
    def _sent(answer):
        if isinstance(answer, ToDeviceError):
            raise AssertionError(f"not sent: {answer}")

    # What a bot does

    async def until(self, condition, what):
        """Waits for something that another device did."""
        try:
            async with asyncio.timeout(SECONDS):
                while not condition():
                    if self.syncing.done():
                        self.syncing.result()
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"{self.client.user_id}: not within {SECONDS} s: {what}") from None

    async def make_room(self, name, *others):
        answer = await self.client.room_create(
            name=name, is_direct=True, invite=others, initial_state=[EnableEncryptionBuilder().as_dict()])
        await self.until(lambda: answer.room_id in self.client.rooms, "its own room")
        return answer.room_id

    async def accept(self, room):
        await self.until(lambda: room in self.client.invited_rooms, f"an invite to {room}")
        await self.client.join(room)
        await self.until(lambda: room in self.client.rooms, f"being in {room}")

    async def say(self, room, text, **options):
        answer = await self.client.room_send(
            room, "m.room.message", {"msgtype": "m.text", "body": text}, **options)
        if not isinstance(answer, RoomSendResponse):
            raise AssertionError(f"not sent: {answer}")

    async def hears(self, room, other, text):
        """A message that was encrypted and could be read."""
        await self.until(lambda: (room, other.client.user_id, text, True) in self.heard, text)

    async def send_picture(self, room, name, data):
        uploaded, keys = await self.client.upload(
            lambda *_: io.BytesIO(data), content_type="image/png", filename=name, encrypt=True, filesize=len(data))
        content = {
            "msgtype": "m.image", "body": name, "info": {"mimetype": "image/png", "size": len(data)},
            "file": {"url": uploaded.content_uri, **keys}}
        await self.client.room_send(room, "m.room.message", content)

    async def gets_picture(self, name):
        """The bytes of a picture, as they were before they were encrypted."""
        await self.until(lambda: any(event.body == name for event in self.files), name)
        event = next(event for event in self.files if event.body == name)
        answer = await self.client.download(event.url)
        if event.source["content"]["file"]["url"] != event.url:
            raise AssertionError("the picture has two addresses")
        return decrypt_attachment(answer.body, event.key["k"], event.hashes["sha256"], event.iv)

    async def sees_keys_of(self, other):
        """Knows the other's device, by what sync says of device lists."""
        devices = self.client.device_store
        await self.until(lambda: other.client.device_id in devices[other.client.user_id], f"keys of {other.name}")
        return devices[other.client.user_id][other.client.device_id]


class Commander:
    """The program matrix-commander, which is started for each thing that it is to do."""

    def __init__(self, server, name, folder):
        self.server = server
        self.name = name
        self.user = f"@{name}:{server.name}"
        self.arguments = [
            f"{os.path.dirname(sys.executable)}/matrix-commander", "--ssl-certificate", server.authority,
            "--credentials", f"{folder}/{name}.json", "--store", f"{folder}/{name}-store"]

    def run(self, *arguments):
        done = subprocess.run(
            [*self.arguments, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS)
        if done.returncode != 0:
            raise AssertionError(f"{self.name}: {arguments}: {done.stdout}{done.stderr}")
        return done.stdout

    def log_in(self):
        # A room has to be named, and need not be there.
        self.run(
            "--login", "password", "--homeserver", self.server.address, "--user-login", self.user, "--password",
            PASSWORD, "--device", self.name.upper(), "--room-default", f"!none:{self.server.name}")

    def hears(self, text):
        heard = self.run("--listen", "once")
        if text not in heard:
            raise AssertionError(f"{self.name} did not hear: {text}: {heard}")


async def verify(one, other):
    """Both compare what their devices show, by messages between the devices."""
    device = await one.sees_keys_of(other)
    await other.sees_keys_of(one)
    one._sent(await one.client.start_key_verification(device))
    await one.until(lambda: one.verified, "the verification")
    await other.until(lambda: other.verified, "the verification")
    if one.shown != other.shown or len(one.shown) != 1:
        raise AssertionError(f"they see different signs: {one.shown} {other.shown}")
    if one.verified != other.verified or set(one.verified.values()) != {True}:
        raise AssertionError(f"not verified: {one.verified} {other.verified}")


class Conversations:
    def __init__(self, program, name):
        self.name = name
        self.folder = f"{os.environ['CLIENTS_SCRATCH']}/{name}"
        os.makedirs(self.folder)
        # matrix-commander takes no names with a port.
        server_name = "localhost" if name == "matrix-commander" else None
        self.server = Server(program, f"{self.folder}/server", server_name)
        self.bots = []

    def step(self, text):
        print(f"{self.name}: {text}", flush=True)

    async def bot(self, name, device):
        user = f"@{name}:{self.server.name}"
        bot = Bot(self.server, user, f"{self.folder}/{name}-{device}", name, device)
        self.bots.append(bot)
        await bot.start()
        return bot

    async def nio(self):
        self.server.add_member("hanako", "Hanako", PASSWORD)
        self.server.add_member("kenji", "Kenji", PASSWORD)
        self.step("log in, ask for an encrypted chat, accept")
        # matrix-nio takes another member's device of the same name for its own.
        hanako, kenji = await self.bot("hanako", "HANAKO"), await self.bot("kenji", "KENJI")
        room = await hanako.make_room("Quay", kenji.client.user_id)
        await kenji.accept(room)
        await hanako.until(lambda: kenji.client.user_id in hanako.client.rooms[room].users, "Kenji in the room")
        self.step("who is not verified gets no keys")
        await hanako.sees_keys_of(kenji)
        try:
            await hanako.say(room, "too early")
            raise AssertionError("sent to a device that is not verified")
        except OlmUnverifiedDeviceError:
            pass
        self.step("verify each other")
        await verify(hanako, kenji)
        self.step("messages both ways, a picture")
        await hanako.say(room, "Is the ferry on time?")
        await kenji.hears(room, hanako, "Is the ferry on time?")
        await kenji.say(room, "It leaves at 10:40.")
        await hanako.hears(room, kenji, "It leaves at 10:40.")
        picture = os.urandom(300_000)
        await kenji.send_picture(room, "pier.png", picture)
        if await hanako.gets_picture("pier.png") != picture:
            raise AssertionError("the picture is another one")
        self.step("another device of one of them: seen, not trusted, and verified")
        pocket = await self.bot("kenji", "POCKET")
        await hanako.sees_keys_of(pocket)
        try:
            await hanako.say(room, "too early again")
            raise AssertionError("sent to a device that is not verified")
        except OlmUnverifiedDeviceError:
            pass
        for bot in self.bots:
            bot.verified, bot.shown = {}, {}
        await verify(hanako, pocket)
        await hanako.say(room, "To both of your devices.")
        await kenji.hears(room, hanako, "To both of your devices.")
        await pocket.hears(room, hanako, "To both of your devices.")
        self.step("one device is gone: the others go on")
        await pocket.log_out()
        known = hanako.client.device_store
        await hanako.until(
            lambda: all(device.id != "POCKET" for device in known.active_user_devices(kenji.client.user_id)),
            "the device is gone")
        await hanako.say(room, "To one.")
        await kenji.hears(room, hanako, "To one.")

    async def matrix_commander(self):
        hanako, kenji = (Commander(self.server, name, self.folder) for name in ("hanako", "kenji"))
        for commander in (hanako, kenji):
            self.server.add_member(commander.name, commander.name.title(), PASSWORD)
        self.step("log in")
        hanako.log_in()
        kenji.log_in()
        self.step("make an encrypted room, ask for a chat, accept")
        created = json.loads(hanako.run("--room-create", "quay", "--name", "Quay", "--topic", "Tea", "--output", "json"))
        room = created["room_id"]
        if not created["encrypted"]:
            raise AssertionError("the room is not encrypted")
        hanako.run("--room-invite", room, "--user", kenji.user)
        kenji.run("--room-invites", "list+join")
        if room not in kenji.run("--joined-rooms").split():
            raise AssertionError("Kenji is not in the room")
        # It uploads its keys when it listens first.
        for commander in (hanako, kenji):
            commander.run("--listen", "once")
        self.step("messages both ways, a file")
        hanako.run("--room", room, "-m", "Is the ferry on time?")
        kenji.hears("Is the ferry on time?")
        kenji.run("--room", room, "-m", "It leaves at 10:40.")
        hanako.hears("It leaves at 10:40.")
        timetable = os.urandom(300_000)
        with open(f"{self.folder}/timetable.bin", "wb") as file:
            file.write(timetable)
        hanako.run("--room", room, "-f", f"{self.folder}/timetable.bin")
        media = f"{self.folder}/media"
        os.makedirs(media)
        kenji.run("--listen", "once", "--download-media", media)
        received = [open(f"{media}/{name}", "rb").read() for name in os.listdir(media)]
        if received != [timetable]:
            raise AssertionError(f"the file is another one: {[len(file) for file in received]}")
        self.step("who is there; leave")
        if "hanako" not in kenji.run("--joined-members", room):
            raise AssertionError("Hanako is not in the room")
        kenji.run("--room-leave", room)
        if room in kenji.run("--joined-rooms"):
            raise AssertionError("Kenji is still in the room")

    # What is left to check

    def check(self):
        messages = [line for line in self.server.answers() if re.search(r"/send/m\.room\.message/", line[1])]
        if messages:
            raise AssertionError(f"not encrypted: {messages}")
        refused = [
            (method, target, status) for method, target, status in self.server.answers()
            if status >= 400 and not any(
                (method, status) == (known[0], known[2]) and re.search(known[1], target)
                for known in KNOWN_REFUSALS)]
        if refused:
            raise AssertionError(f"refused: {refused}")

    async def run(self):
        try:
            await getattr(self, self.name.replace("-", "_"))()
            self.check()
            return True
        except Exception:
            traceback.print_exc()
            return False
        finally:
            for bot in self.bots:
                await bot.stop()
            if self.server.stop() != 0:
                raise RuntimeError("the server did not end well")


if __name__ == "__main__":
    sys.exit(0 if asyncio.run(Conversations(sys.argv[1], sys.argv[2]).run()) else 1)
