"""Calls each operation with valid, missing, wrong and hostile parameters; what came of it goes into a table."""
import json
import os
import re
import subprocess
import sys
import urllib.parse

here = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path[:0] = [here, os.path.join(here, "../Integration")]
import jsonschema
import mado_server as mado
import application_service
import mail_server
from known import ADMINISTRATORS, BODIES, LEFT_OUT, PARTIAL, PATHS, QUERIES, SERVICES
from specification import operations

HOSTILE = ["..%2F..%2Fetc%2Fpasswd", "%00", "%FF", "x" * 5000, "%22%3E%3Cscript%3E", "@:!%23$"]
PASSWORD = "correct horse"


class Scene:
    """A member of their own for an operation, with a room and whatever else its path names."""

    counter = 0

    def __init__(self, server, operation):
        Scene.counter += 1
        self.server = server
        if operation.id in ADMINISTRATORS:
            self.member = SHARED["admin"]
        elif operation.id in SERVICES:
            self.member = SHARED["service"]
        else:
            self.member = server.register(f"m{Scene.counter}")
        self.other = SHARED["other"]
        self.mail = SHARED["mail"]
        self.counter = Scene.counter
        member = self.member
        self.room = member.create_room(room_alias_name=f"a{Scene.counter}", preset="public_chat", name="Harbour")
        self.event = member.send(self.room, "Good morning")
        self.alias = f"#a{Scene.counter}:localhost"
        status, media = member.request(
            "POST", "/_matrix/media/v3/upload?filename=a.png", PICTURE, headers={"Content-Type": "image/png"})
        assert status == 200, media
        self.media = media["content_uri"].rsplit("/", 1)[1]

    def path_value(self, name, operation):
        values = {
            "userId": self.member.user_id, "roomId": self.room, "eventId": self.event, "roomAlias": self.alias,
            "roomIdOrAlias": self.room, "deviceId": self.member.device_id, "txnId": "t-conformance",
            "serverName": "localhost", "mediaId": self.media,
        }
        value = PATHS.get(operation.id, {}).get(name, values.get(name))
        return value(self) if callable(value) else value


def path(operation, value):
    def replace(match):
        found = value(match[1])
        return found if found is not None else "missing"
    return re.sub(r"\{(\w+)\}", replace, operation.path)


def valid_path(operation, scene):
    filled = path(operation, lambda name: quote(scene.path_value(name, operation)))
    query = {}
    for parameter in operation.parameters:
        if parameter.get("in") == "query" and parameter.get("required"):
            query[parameter["name"]] = parameter.get("example", parameter.get("schema", {}).get("example", "x"))
    wanted = QUERIES.get(operation.id, {})
    query.update(wanted(scene) if callable(wanted) else wanted)
    return filled + ("?" + urllib.parse.urlencode(query) if query else "")


def quote(value):
    return None if value is None else urllib.parse.quote(str(value), safe="")


def valid_body(operation, scene):
    body = BODIES.get(operation.id, operation.body)
    return body(scene) if callable(body) else body


def call_valid(operation, scene):
    """Status and answer of the operation as a client would call it, with its password where that is asked for."""
    token = scene.member.token if operation.takes_token else None
    target, body = valid_path(operation, scene), valid_body(operation, scene)
    headers = None
    if operation.takes_bytes:
        body, headers = PICTURE, {"Content-Type": "image/png"}
    elif body is None and operation.method in ("POST", "PUT"):
        body = {}
    status, answer = scene.server.request(operation.method, target, body, token, headers)
    if status == 401 and isinstance(answer, dict) and "session" in answer:
        stage = answer["flows"][0]["stages"][0]
        auth = {"type": stage, "session": answer["session"]}
        if stage == "m.login.password":
            auth |= {"identifier": {"type": "m.id.user", "user": scene.member.user_id}, "password": PASSWORD}
        status, answer = scene.server.request(operation.method, target, {**(body or {}), "auth": auth}, token)
    return status, answer


def schema_fault(operation, status, answer):
    schema = operation.schema(status)
    if schema is None or not isinstance(answer, (dict, list)):
        return None
    errors = list(jsonschema.Draft202012Validator(schema).iter_errors(answer))
    return f"{errors[0].json_path}: {errors[0].message[:120]}" if errors else None


def faults(operation, server, scene):
    """What is wrong with the answers to calls that are not as they should be."""
    found = []

    def ask(what, target, body=None, token=None, allowed=range(200, 500)):
        status, answer = server.request(operation.method, target, body, token)
        if status not in allowed:
            found.append(f"{what}: {status}")
        # A challenge of user-interactive authentication; a request line that the HTTP engine refuses.
        if (status == 401 and isinstance(answer, dict) and "flows" in answer) or status == 414:
            return
        if status >= 400 and not (isinstance(answer, dict) and isinstance(answer.get("errcode"), str)):
            found.append(f"{what}: {status} without errcode")

    plain = valid_path(operation, scene)
    token = scene.member.token
    if operation.needs_token:
        ask("no token", plain, allowed=(401,))
        ask("wrong token", plain, token="wrong", allowed=(401,))
    for text in HOSTILE:
        ask("hostile path", path(operation, lambda _: text), "{}" if operation.method != "GET" else None, token)
        query = "&".join(f"{p['name']}={text}" for p in operation.parameters if p.get("in") == "query")
        if query:
            ask("hostile query", plain.split("?")[0] + "?" + query, "{}" if operation.method != "GET" else None, token)
    if operation.method != "GET" and operation.id not in ("logout", "logout_all"):
        for body in (b"{", b"[]", b'{"a":' * 300, b"\xff", b'"x"'):
            ask("hostile body", plain, body, token)
        names = (operation.body_schema or {}).get("properties", {})
        for wrong in (None, 7, "", [], {"a": []}, "x" * 3000):
            ask("wrong members", plain, {name: wrong for name in names if name != "auth"}, token)
    return found


def is_unrecognized(status, answer):
    return status in (404, 405) and isinstance(answer, dict) and answer.get("errcode") == "M_UNRECOGNIZED"


def examine(operation, server):
    scene = Scene(server, operation)
    if operation.id in LEFT_OUT:
        status, answer = call_valid(operation, scene)
        served = not is_unrecognized(status, answer) and status != 403
        return ("FAULT", f"said to be left out, answers {status}") if served else ("left out", LEFT_OUT[operation.id])
    status, answer = call_valid(operation, scene)
    if is_unrecognized(status, answer):
        return "FAULT", "not served, and no reason is given"
    problems = []
    if not 200 <= status < 300 and str(status) not in PARTIAL.get(operation.id, ("", ""))[0]:
        problems.append(f"valid call: {status} {json.dumps(answer)[:150] if isinstance(answer, dict) else ''}")
    fault = schema_fault(operation, status, answer)
    if fault and operation.id not in PARTIAL:
        problems.append(f"schema: {fault}")
    problems += faults(operation, server, Scene(server, operation))
    if problems:
        return "FAULT", "; ".join(dict.fromkeys(problems))
    if operation.id in PARTIAL:
        return "partial", PARTIAL[operation.id][1]
    return "complete", ""


def administrator(server):
    subprocess.run(
        [mado.BINARY, "member", "add", "admin", "--admin", "--data", server.folder], input=PASSWORD + "\n", text=True,
        check=True, stdout=subprocess.DEVNULL)
    status, answer = server.request("POST", "/_matrix/client/v3/login", {
        "type": "m.login.password", "identifier": {"type": "m.id.user", "user": "admin"}, "password": PASSWORD})
    assert status == 200, answer
    return mado.Member(server, answer["user_id"], answer["access_token"], answer["device_id"])


def main():
    mado.BINARY = os.path.abspath(sys.argv[1])
    folder, output = sys.argv[2], sys.argv[3]
    mail = SHARED["mail"] = mail_server.MailServer()
    server = mado.Server("--guests", environment={
        "MADO_SUPPORT_EMAIL": "admin@example.org", "MADO_OUTBOUND_ALLOW": "127.0.0.1",
        "MADO_MAIL_SERVER": f"localhost:{mail.port}", "MADO_MAIL_SECURITY": "none",
        "MADO_MAIL_FROM": "Mado <mado@example.org>"})
    server.environment["MADO_APPLICATION_SERVICES_REGISTRATIONS"] = application_service.start(server.folder)
    server.start()
    SHARED["service"] = mado.Member(server, "@_stub_bot:localhost", application_service.AS_TOKEN, "none")
    SHARED["other"] = server.register("other")
    SHARED["admin"] = administrator(server)
    rows, count = [], {}
    try:
        for operation in operations(folder):
            outcome, note = examine(operation, server)
            count[outcome] = count.get(outcome, 0) + 1
            rows.append((operation, outcome, note))
            if outcome == "FAULT":
                print(f"{operation.id}: {note}", file=sys.stderr)
        log = server.read_log()
    finally:
        server.remove()
        mail.close()
    internal = [line for line in log.splitlines() if " error " in line]
    for line in internal[:10]:
        print(line, file=sys.stderr)
    with open(output, "w", encoding="utf-8") as file:
        file.write(HEAD + "\n\n" + ", ".join(f"{n} {what}" for what, n in sorted(count.items())) + ".\n\n")
        file.write("| Operation | | Outcome | |\n|---|---|---|---|\n")
        for operation, outcome, note in rows:
            file.write(f"| `{operation.id}` | `{operation.method} {operation.path}` | {outcome} | {note} |\n")
    print(count)
    sys.exit(1 if count.get("FAULT") or internal else 0)


SHARED = {}
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001"
    "a5f645400000000049454e44ae426082")
HEAD = """# Conformance with the Client-Server API

Made by `Tests/Conformance/run` from the specification's OpenAPI files (version 1.19): every operation is called as a
client would, and its answer compared with its schema; then without and with a wrong token, with hostile paths, queries
and bodies, and with members of wrong types, where each answer must be an error of the specification's form and none one
of the server's own."""

if __name__ == "__main__":
    main()
