"""Write publisher/digest/client_data/: what MJML allows, and what mail clients can do, as small JSON files.

`make client-data` runs this; it needs Node's npm, and is the only thing in the project that does. The tables come from
the packages named in PACKAGES; what they are licensed under is written beside them.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).resolve().parent.parent / "publisher" / "digest" / "client_data"
#: MJML 4, whose ways mjml-python follows; a newer Can I Email may be named here at any time.
PACKAGES = {"mjml": "4.18.0", "caniemail": "2.0.2"}
_EXPORT_MJML = """
const preset = require("mjml-preset-core").default || require("mjml-preset-core");
const colors = require("mjml-core/lib/types/helpers/colors");
const anything = (children) => children.some((child) => child instanceof RegExp);
const components = Object.fromEntries(preset.components.map((one) => [one.componentName, {
  attributes: one.allowedAttributes || {},
  text: Boolean(one.endingTag),
}]));
const children = Object.fromEntries(Object.entries(preset.dependencies)
  .filter(([, list]) => list.length && !anything(list)));
console.log(JSON.stringify({ components, children, colors: colors.default || colors }));
"""
#: Columns of the table, as readers know them: key in Can I Email → name.
CLIENTS = {
    ("gmail", "desktop-webmail"): "Gmail (web)",
    ("gmail", "ios"): "Gmail (iOS)",
    ("gmail", "android"): "Gmail (Android)",
    ("apple-mail", "macos"): "Apple Mail (macOS)",
    ("apple-mail", "ios"): "Apple Mail (iOS)",
    ("outlook", "windows"): "Outlook (Windows)",
    ("outlook", "outlook-com"): "Outlook.com",
    ("outlook", "macos"): "Outlook (macOS)",
    ("outlook", "ios"): "Outlook (iOS)",
    ("yahoo", "desktop-webmail"): "Yahoo (web)",
    ("samsung-email", "android"): "Samsung Email",
    ("thunderbird", "macos"): "Thunderbird",
}
#: Can I Email's data, which its npm package carries without its notice.
_CANIEMAIL_OWNER = "Can I Email (caniemail.com): MIT License, Copyright (c) 2019 HTeuMeuLeu"


def install(folder: Path) -> Path:
    """Fetch PACKAGES into a folder; gives its node_modules."""
    npm = shutil.which("npm")
    if not npm:
        sys.exit("npm is not here; it comes with Node.js")
    names = [f"{name}@{version}" for name, version in PACKAGES.items()]
    command = [npm, "install", "--silent", "--ignore-scripts", "--no-audit", "--prefix", str(folder), *names]
    subprocess.run(command, check=True, cwd=folder)  # noqa: S603 - our own arguments
    return folder / "node_modules"


def mjml_tables(modules: Path) -> dict[str, Any]:
    """Ask MJML itself which tags, attributes, types of values and children it allows."""
    command = ["node", "-e", _EXPORT_MJML]
    done = subprocess.run(command, check=True, cwd=modules.parent, capture_output=True, text=True)  # noqa: S603 - our own
    tables: dict[str, Any] = json.loads(done.stdout)
    return {"source": f"npm mjml {PACKAGES['mjml']}", **tables}


def client_tables(modules: Path) -> dict[str, Any]:
    """Keep of Can I Email what its newest test of each feature says, one letter for each of CLIENTS.

    y: yes, a: partly, n: no, u: not known.
    """
    data = json.loads((modules / "caniemail" / "data" / "caniemail.json").read_text(encoding="utf-8"))
    features = {
        feature["slug"]: {"title": feature["title"], "support": "".join(newest(feature, *key) for key in CLIENTS)}
        for feature in data["data"]
    }
    source = f"Can I Email, data of {data['last_update_date'][:10]} (npm caniemail {PACKAGES['caniemail']})"
    return {"source": source, "clients": list(CLIENTS.values()), "features": features}


def newest(feature: dict[str, Any], family: str, platform: str) -> str:
    """Give the letter of the last version tested."""
    tests = feature["stats"].get(family, {}).get(platform, {})
    return str(list(tests.values())[-1])[0] if tests else "u"


def notices(modules: Path) -> str:
    """Join the licenses under which the tables may be passed on."""
    parts = [_CANIEMAIL_OWNER]
    for name, version in PACKAGES.items():
        file = next((modules / name).glob("LICENSE*"))
        parts.append(f"npm {name} {version}:\n\n{file.read_text(encoding='utf-8').strip()}")
    return "\n\n----\n\n".join(["The JSON files beside this one are derived from:", *parts]) + "\n"


def write_json(name: str, value: dict[str, Any]) -> None:
    """Write a table with one line for each component or feature, so that a refresh shows what changed."""
    lines = []
    for key, inner in value.items():
        if isinstance(inner, dict):
            rows = [
                f"    {json.dumps(one)}: {json.dumps(row, ensure_ascii=False)}" for one, row in sorted(inner.items())
            ]
            lines.append(f"  {json.dumps(key)}: {{\n" + ",\n".join(rows) + "\n  }")
        else:
            lines.append(f"  {json.dumps(key)}: {json.dumps(inner, ensure_ascii=False)}")
    (_FOLDER / name).write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def main() -> None:
    """Refresh the tables."""
    with tempfile.TemporaryDirectory() as folder:
        modules = install(Path(folder))
        write_json("mjml.json", mjml_tables(modules))
        write_json("clients.json", client_tables(modules))
        (_FOLDER / "NOTICE.txt").write_text(notices(modules), encoding="utf-8")


if __name__ == "__main__":
    main()
