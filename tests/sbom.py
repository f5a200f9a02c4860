"""`python -m tests.sbom`: the bill of materials of the image, CycloneDX 1.6, from the hashed lock; no clock, no network."""

import json
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements.lock"
SBOM = ROOT / "docker" / "sbom.json"
_PACKAGE = re.compile(
    r"^([A-Za-z0-9._-]+)==([^\s;\\]+)[^\n]*\\\n((?: +--hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE
)


def components(lock: str) -> list[dict[str, Any]]:
    """Each locked package with every hash that may be installed. Raises ValueError for one that is locked without."""
    found = [
        {
            "type": "library",
            "name": name,
            "version": version,
            "purl": f"pkg:pypi/{name.lower().replace('_', '-')}@{version}",
            "bom-ref": f"{name}@{version}",
            "properties": [
                {"name": "sha256", "value": digest}
                for digest in sorted(re.findall(r"sha256:([0-9a-f]{64})", hashes))
            ],
        }
        for name, version, hashes in _PACKAGE.findall(lock)
    ]
    locked = re.findall(r"^[A-Za-z0-9._-]+(?:\[[\w,]+\])?==", lock, re.MULTILINE)
    if len(found) != len(locked):
        raise ValueError(f"{len(locked)} packages are locked, {len(found)} with a hash")
    return found


def sbom(lock: str) -> str:
    """The document as committed."""
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "dealer-assistant"}},
        "components": components(lock),
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    SBOM.write_text(sbom(LOCK.read_text(encoding="utf-8")), encoding="utf-8")
