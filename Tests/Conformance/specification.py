"""The operations of the specification's OpenAPI files."""
import glob
import os
import yaml


class Operation:
    def __init__(self, method, path, node, file):
        self.method = method.upper()
        self.path = path.strip()
        self.id = node["operationId"]
        self.file = os.path.basename(file)
        self.parameters = node.get("parameters", [])
        self.needs_token = bool(node.get("security")) and {} not in node["security"]
        # The older download paths are for everybody in the specification; here by the administrator's switch.
        self.takes_token = bool(node.get("security")) or path.startswith("/_matrix/media")
        self.responses = {str(status): answer for status, answer in node["responses"].items()}
        content = node.get("requestBody", {}).get("content", {})
        self.body_schema = content.get("application/json", {}).get("schema")
        self.takes_bytes = bool(content) and self.body_schema is None
        self.body = example(content.get("application/json", {}))

    def schema(self, status):
        content = self.responses.get(str(status), {}).get("content", {})
        return content.get("application/json", {}).get("schema")


def example(content):
    """The first example that there is, of the content or its schema."""
    for node in (content, content.get("schema", {})):
        if "example" in node:
            return node["example"]
        for value in node.get("examples", {}).values() if isinstance(node.get("examples"), dict) else ():
            return value.get("value", value)
    return None


class Files:
    """YAML files, with what they refer to put in its place."""

    def __init__(self):
        self.loaded = {}

    def load(self, path):
        path = os.path.normpath(path)
        if path not in self.loaded:
            with open(path, encoding="utf-8") as file:
                self.loaded[path] = yaml.safe_load(file)
        return self.loaded[path]

    def expand(self, node, path, above=()):
        if isinstance(node, list):
            return [self.expand(element, path, above) for element in node]
        if not isinstance(node, dict):
            return node
        if isinstance(node.get("$ref"), str):
            file, _, place = node["$ref"].partition("#")
            target = os.path.normpath(os.path.join(os.path.dirname(path), file)) if file else path
            # A schema that contains itself allows anything from there on, and so do those of other APIs.
            if (target, place) in above or not os.path.exists(target):
                return {}
            found = self.load(target)
            for step in place.strip("/").split("/") if place else ():
                found = found[step.replace("~1", "/").replace("~0", "~")]
            expanded = self.expand(found, target, (*above, (target, place)))
            rest = {k: self.expand(v, path, above) for k, v in node.items() if k != "$ref"}
            return {**expanded, **rest} if isinstance(expanded, dict) else expanded
        return {key: self.expand(value, path, above) for key, value in node.items()}


def operations(folder):
    files = Files()
    found = []
    for file in sorted(glob.glob(os.path.join(folder, "api/client-server/*.yaml"))):
        description = files.load(file)
        variables = description.get("servers", [{}])[0].get("variables", {})
        base = variables.get("basePath", {}).get("default", "")
        for path, methods in description.get("paths", {}).items():
            for method, node in methods.items():
                if method in ("get", "put", "post", "delete"):
                    found.append(Operation(method, base + path, files.expand(node, file), file))
    return found
