"""Zips as programs write them that are not Python's."""

import io
import zipfile


class RawName(zipfile.ZipInfo):
    """A file whose name is written in a code page, without the flag that says UTF-8."""

    def __init__(self, name, codec):
        super().__init__(ascii(name))  # only to tell it from others
        self.raw = name.encode(codec)

    def _encodeFilenameFlags(self):
        return self.raw, 0


def make_zip(files, compression=zipfile.ZIP_DEFLATED):
    """A zip of names and contents, given as a dictionary or as pairs."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, data in files.items() if isinstance(files, dict) else files:
            archive.writestr(name, data)
    return buffer.getvalue()
