"""What cannot be read from the OpenAPI files: values that mean something, and what is left out or partial, and why."""
import base64
import json
from urllib.parse import quote

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

import application_service
import mado_server
import mail_server

PASSWORD = "correct horse"

FEDERATION = "there is no federation"
IDENTITY = "there is no identity server"
TELEPHONE = "nothing is sent to telephones"
SSO = "single sign-on and OAuth are out for now"
REPLACED = "deprecated long ago; `/sync` and `/messages` are what clients use"

LEFT_OUT = {
    "redirectToSSO": SSO, "redirectToIdP": SSO, "getAuthMetadata": SSO,
    "bind3PID": IDENTITY, "requestTokenTo3PIDMSISDN": TELEPHONE, "requestTokenToRegisterMSISDN": TELEPHONE,
    "requestTokenToResetPasswordMSISDN": TELEPHONE,
    "getEvents": REPLACED, "initialSync": REPLACED, "getOneEvent": REPLACED, "roomInitialSync": REPLACED,
    "peekEvents": REPLACED, "getWellknownPolicy": FEDERATION,
}

# Status of the valid call, and what is missing.
PARTIAL = {
    "getPublicRooms": ("401", "for members only, unless `rooms.open_directory` is set"),
}


def quoted(text):
    return quote(text, safe="")


def account_data(scene):
    scene.member.expect(
        "PUT", f"/_matrix/client/v3/user/{quoted(scene.member.user_id)}/account_data/org.example.note", {"a": 1})
    scene.member.expect(
        "PUT", f"/_matrix/client/v3/user/{quoted(scene.member.user_id)}/rooms/{quoted(scene.room)}/account_data/"
        "org.example.note", {"a": 1})
    return "org.example.note"


def stored_filter(scene):
    return scene.member.expect(
        "POST", f"/_matrix/client/v3/user/{quoted(scene.member.user_id)}/filter", {})["filter_id"]


def reserved_media(scene):
    return scene.member.expect("POST", "/_matrix/media/v1/create", {})["content_uri"].rsplit("/", 1)[1]


BACKUP = {"algorithm": "m.megolm_backup.v1.curve25519-aes-sha2", "auth_data": {"public_key": "abc", "signatures": {}}}
SESSION = {"first_message_index": 1, "forwarded_count": 0, "is_verified": True, "session_data": {"ciphertext": "x"}}


def backup(scene):
    """A key backup with one session; its version."""
    version = scene.member.expect("POST", "/_matrix/client/v3/room_keys/version", BACKUP)["version"]
    scene.member.expect(
        "PUT", f"/_matrix/client/v3/room_keys/keys/{quoted(scene.room)}/s1?version={version}", SESSION)
    return version


def backup_query(scene):
    return {"version": backup(scene)}


def push_rule(scene):
    scene.member.expect(
        "PUT", "/_matrix/client/v3/pushrules/global/content/org.example.word",
        {"pattern": "word", "actions": ["notify"]})
    return "org.example.word"


def profile_field(scene):
    scene.member.expect(
        "PUT", f"/_matrix/client/v3/profile/{quoted(scene.member.user_id)}/displayname", {"displayname": "Sora"})
    return "displayname"


def guest_of(scene):
    """The other member, in the room."""
    scene.other.expect("POST", f"/_matrix/client/v3/join/{quoted(scene.room)}", {})
    return {"user_id": scene.other.user_id}


def banned(scene):
    body = guest_of(scene)
    scene.member.expect("POST", f"/_matrix/client/v3/rooms/{quoted(scene.room)}/ban", body)
    return body


def left(scene):
    scene.member.expect("POST", f"/_matrix/client/v3/rooms/{quoted(scene.room)}/leave", {})
    return scene.room


def knockable(scene):
    return scene.other.create_room(
        initial_state=[{"type": "m.room.join_rules", "state_key": "", "content": {"join_rule": "knock"}}])


def to_be_refreshed(scene):
    answer = scene.member.expect("POST", "/_matrix/client/v3/login", {
        "type": "m.login.password", "identifier": {"type": "m.id.user", "user": scene.member.user_id},
        "password": PASSWORD, "refresh_token": True})
    return {"refresh_token": answer["refresh_token"]}


def other_user(scene):
    return scene.other.user_id


def unpadded(text):
    return base64.b64encode(text).rstrip(b"=").decode()


class SigningKey:
    """An Ed25519 key of a device or a member."""

    def __init__(self):
        self.key = Ed25519PrivateKey.generate()
        self.public = unpadded(self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))

    def sign(self, value, user, name=None):
        """The object with this key's signature. Source: Appendices, "Signing JSON"."""
        text = {key: member for key, member in value.items() if key not in ("signatures", "unsigned")}
        canonical = json.dumps(text, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
        signatures = {**value.get("signatures", {}).get(user, {}),
                      f"ed25519:{name or self.public}": unpadded(self.key.sign(canonical))}
        return {**value, "signatures": {**value.get("signatures", {}), user: signatures}}


def device_keys(scene):
    """Keys in the form that clients upload."""
    device, user, own = scene.member.device_id, scene.member.user_id, SigningKey()
    return {
        "device_keys": own.sign({
            "user_id": user, "device_id": device,
            "algorithms": ["m.olm.v1.curve25519-aes-sha2", "m.megolm.v1.aes-sha2"],
            "keys": {f"curve25519:{device}": unpadded(b"c" * 32), f"ed25519:{device}": own.public}}, user, device),
        "one_time_keys": {
            f"signed_curve25519:{name}": own.sign({"key": unpadded(b"o" * 32)}, user, device)
            for name in ("AAAAHg", "AAAAHw")},
        "fallback_keys": {
            "signed_curve25519:AAAAGj": own.sign({"key": unpadded(b"f" * 32), "fallback": True}, user, device)}}


def cross_signing(scene):
    """A member's three keys as they are uploaded, and the one that signs devices."""
    user, master = scene.member.user_id, SigningKey()
    keys = {usage: SigningKey() for usage in ("self_signing", "user_signing")}
    objects = {"master_key": {"user_id": user, "usage": ["master"], "keys": {f"ed25519:{master.public}": master.public}}}
    for usage, key in keys.items():
        objects[f"{usage}_key"] = master.sign(
            {"user_id": user, "usage": [usage], "keys": {f"ed25519:{key.public}": key.public}}, user)
    return objects, keys["self_signing"]


def signatures(scene):
    """The device, signed by the member."""
    objects, key = cross_signing(scene)
    scene.member.expect("POST", "/_matrix/client/v3/keys/device_signing/upload", objects)
    uploaded = device_keys(scene)
    scene.member.expect("POST", "/_matrix/client/v3/keys/upload", uploaded)
    user = scene.member.user_id
    return {user: {scene.member.device_id: key.sign(uploaded["device_keys"], user)}}


def room_to_be_made(scene):
    return {
        "name": "Pier", "topic": "Berths and boats", "visibility": "public", "preset": "public_chat",
        "room_alias_name": "made" + scene.member.user_id[1:].split(":")[0], "room_version": "11",
        "invite": [scene.other.user_id], "creation_content": {"m.federate": False, "type": "m.space"},
        "initial_state": [
            {"type": "m.room.history_visibility", "state_key": "", "content": {"history_visibility": "world_readable"}}],
        "power_level_content_override": {"events_default": 10}}


def proved(scene, purpose="add"):
    """An address that was proved by mail, as it is referred to; the address is the scene's own."""
    address = f"m{scene.counter}@example.org"
    sid = mail_server.ask(scene.server, purpose, address)
    message = mado_server.eventually(lambda: scene.mail.to(address), "the mail")[-1]
    assert mail_server.follow(scene.server, message)[0] == 200
    return {"sid": sid, "client_secret": mail_server.SECRET}


def own_address(scene):
    """An address of the scene's member."""
    proof = {"type": "m.login.password", "identifier": {"type": "m.id.user", "user": scene.member.user_id},
             "password": PASSWORD}
    scene.member.expect("POST", "/_matrix/client/v3/account/3pid/add", {**proved(scene), "auth": proof})
    return {"medium": "email", "address": f"m{scene.counter}@example.org"}


def mail_wanted(scene):
    return {"client_secret": "abc", "email": f"m{scene.counter}@example.org", "send_attempt": 1}


RULE = {"kind": "content", "ruleId": push_rule}
KEYS = {"roomId": lambda scene: scene.room, "sessionId": "s1"}

PATHS = {
    "getAccountData": {"type": account_data}, "getAccountDataPerRoom": {"type": account_data},
    "setAccountData": {"type": "org.example.note"}, "setAccountDataPerRoom": {"type": "org.example.note"},
    "deleteAccountData": {"type": account_data}, "deleteAccountDataPerRoom": {"type": account_data},
    "getFilter": {"filterId": stored_filter}, "uploadContentToMXC": {"mediaId": reserved_media},
    "getContentOverrideName": {"fileName": "a.png"}, "getContentOverrideNameAuthed": {"fileName": "a.png"},
    "setRoomAlias": {"roomAlias": lambda scene: "#b" + scene.alias[1:]},
    "forgetRoom": {"roomId": left}, "knockRoom": {"roomIdOrAlias": knockable},
    "getRoomKeysVersion": {"version": backup}, "putRoomKeysVersion": {"version": backup},
    "deleteRoomKeysVersion": {"version": backup},
    **{name: KEYS for name in (
        "putRoomKeyBySessionId", "getRoomKeyBySessionId", "deleteRoomKeyBySessionId", "putRoomKeysByRoomId",
        "getRoomKeysByRoomId", "deleteRoomKeysByRoomId")},
    "setProfileField": {"keyName": "displayname"}, "getProfileField": {"keyName": profile_field},
    "deleteProfileField": {"keyName": profile_field},
    **{name: RULE for name in (
        "getPushRule", "deletePushRule", "setPushRule", "isPushRuleEnabled", "setPushRuleEnabled",
        "getPushRuleActions", "setPushRuleActions")},
    "postReceipt": {"receiptType": "m.read"},
    "getRoomStateWithKey": {"eventType": "m.room.name", "stateKey": ""},
    "setRoomStateWithKey": {"eventType": "m.room.topic", "stateKey": ""},
    "sendMessage": {"eventType": "m.room.message"}, "sendToDevice": {"eventType": "org.example.hello"},
    "setRoomTag": {"tag": "u.work"}, "deleteRoomTag": {"tag": "u.work"},
    "getRelatingEventsWithRelType": {"relType": "m.thread"},
    "getRelatingEventsWithRelTypeAndEventType": {"relType": "m.thread", "eventType": "m.room.message"},
    **{name: {"userId": other_user} for name in (
        "getAdminLockUser", "setAdminLockUser", "getAdminSuspendUser", "setAdminSuspendUser")},
    "pingAppservice": {"appserviceId": "stub"},
    "updateAppserviceRoomDirectoryVisibility": {"networkId": "stub-net"},
    **{name: {"protocol": "stub"} for name in (
        "getProtocolMetadata", "queryLocationByProtocol", "queryUserByProtocol")},
}

FILTER = '{"room":{"timeline":{"limit":5,"not_types":["x"]},"state":{"lazy_load_members":true}}}'

QUERIES = {
    **{name: backup_query for name in (
        "putRoomKeyBySessionId", "getRoomKeyBySessionId", "deleteRoomKeyBySessionId", "putRoomKeysByRoomId",
        "getRoomKeysByRoomId", "deleteRoomKeysByRoomId", "putRoomKeys", "getRoomKeys", "deleteRoomKeys")},
    "getMutualRooms": lambda scene: {"user_id": scene.other.user_id},
    "getRoomKeysVersionCurrent": lambda scene: backup(scene) and {},
    "getKeysChanges": lambda scene: {key: scene.member.sync()["next_batch"] for key in ("from", "to")},
    "getEventByTimestamp": {"ts": 1, "dir": "f"},
    "getPublicRooms": {"limit": 10},
    "sync": {"timeout": 0, "full_state": "true", "set_presence": "unavailable", "filter": FILTER},
    "getRoomEvents": {"dir": "b", "limit": 5, "filter": '{"types":["m.room.*"],"lazy_load_members":true}'},
    "getEventContext": {"limit": 4, "filter": '{"lazy_load_members":true}'},
    "getMembersByRoom": {"membership": "join"},
    "getSpaceHierarchy": {"limit": 5, "max_depth": 2, "suggested_only": "false"},
    "getRelatingEvents": {"dir": "b", "limit": 3, "recurse": "true"},
    **{name: lambda scene: {"url": application_service.page} for name in ("getUrlPreview", "getUrlPreviewAuthed")},
    "queryLocationByAlias": {"alias": "#_stub_pier:localhost"}, "queryUserByID": {"userid": "@_stub_anna:localhost"},
}

BODIES = {
    "ban": guest_of, "kick": guest_of, "unban": banned,
    "inviteUser": lambda scene: {"user_id": scene.other.user_id, "reason": "We miss you"},
    "setRoomAlias": lambda scene: {"room_id": scene.room},
    "deleteDevices": lambda scene: {"devices": [scene.member.device_id]},
    "changePassword": {"new_password": "another horse"},
    "postRoomKeysVersion": BACKUP,
    "putRoomKeysVersion": lambda scene: {**BACKUP, "version": "1"},
    "putRoomKeyBySessionId": SESSION, "putRoomKeysByRoomId": {"sessions": {"s1": SESSION}},
    "putRoomKeys": lambda scene: {"rooms": {scene.room: {"sessions": {"s1": SESSION}}}},
    "queryKeys": lambda scene: {"device_keys": {scene.other.user_id: []}},
    "claimKeys": lambda scene: {
        "one_time_keys": {scene.other.user_id: {scene.other.device_id: "signed_curve25519"}}},
    "uploadKeys": device_keys, "uploadCrossSigningKeys": lambda scene: cross_signing(scene)[0],
    "uploadCrossSigningSignatures": signatures,
    "login": lambda scene: {
        "type": "m.login.password", "identifier": {"type": "m.id.user", "user": scene.member.user_id},
        "password": PASSWORD, "device_id": "LAPTOP", "initial_device_display_name": "Laptop", "refresh_token": True},
    "register": lambda scene: {
        "username": "new" + scene.member.user_id[1:].split(":")[0], "password": PASSWORD, "device_id": "LAPTOP",
        "initial_device_display_name": "Laptop", "refresh_token": True},
    "refresh": to_be_refreshed, "setProfileField": {"displayname": "Sora"},
    "setPushRule": {
        "pattern": "word", "actions": ["notify", {"set_tweak": "sound", "value": "default"}, {"set_tweak": "highlight"}]},
    "setPushRuleActions": {"actions": ["notify", {"set_tweak": "sound", "value": "ring"}]},
    "setPushRuleEnabled": {"enabled": False}, "upgradeRoom": {"new_version": "11"},
    "sendToDevice": lambda scene: {"messages": {scene.other.user_id: {"*": {"hello": 1}}}},
    "searchUserDirectory": {"search_term": "other", "limit": 5}, "createRoom": room_to_be_made,
    "setRoomStateWithKey": {"topic": "Berths", "m.topic": {"m.text": [{"body": "Berths"}]}},
    "sendMessage": lambda scene: {
        "msgtype": "m.text", "body": "Berths are free", "format": "org.matrix.custom.html",
        "formatted_body": "<b>Berths</b> are free", "m.mentions": {"user_ids": [scene.other.user_id]},
        "m.relates_to": {"m.in_reply_to": {"event_id": scene.event}}},
    "search": {"search_categories": {"room_events": {
        "search_term": "morning", "keys": ["content.body"], "order_by": "recent", "include_state": True,
        "event_context": {"before_limit": 2, "after_limit": 2, "include_profile": True},
        "groupings": {"group_by": [{"key": "room_id"}, {"key": "sender"}]}, "filter": {"limit": 5}}}},
    "setReadMarker": lambda scene: {
        "m.fully_read": scene.event, "m.read": scene.event, "m.read.private": scene.event},
    "postReceipt": {"thread_id": "main"},
    "setTyping": {"typing": True, "timeout": 5000},
    "setPresence": {"presence": "unavailable", "status_msg": "at lunch"},
    "setRoomTag": {"order": 0.25},
    "setAdminLockUser": {"locked": False}, "setAdminSuspendUser": {"suspended": False},
    "pingAppservice": {"transaction_id": "meow"}, "updateAppserviceRoomDirectoryVisibility": {"visibility": "public"},
    "requestTokenTo3PIDEmail": mail_wanted, "requestTokenToRegisterEmail": mail_wanted,
    "requestTokenToResetPasswordEmail": mail_wanted,
    "add3PID": proved, "post3PIDs": lambda scene: {"three_pid_creds": proved(scene)},
    "delete3pidFromAccount": own_address,
    "unbind3pidFromAccount": {"medium": "email", "address": "somebody@example.org"},
    "inviteBy3PID": lambda scene: {
        "id_server": "none", "id_access_token": "none", "medium": "email", "address": f"i{scene.counter}@example.org"},
    "postPusher": {
        "kind": "http", "app_id": "org.example.app", "pushkey": "key", "app_display_name": "App", "lang": "en",
        "device_display_name": "Phone", "profile_tag": "tag", "append": True,
        "data": {"url": "https://push.example.org/_matrix/push/v1/notify", "format": "event_id_only", "own": 1}},
}
ADMINISTRATORS = {"getAdminLockUser", "setAdminLockUser", "getAdminSuspendUser", "setAdminSuspendUser"}
# Asked by the application service of `application_service.py`.
SERVICES = {"pingAppservice", "updateAppserviceRoomDirectoryVisibility"}
