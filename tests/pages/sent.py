"""What the components of a page are sent."""

import json


def sent(app, component):
    return [
        json.loads(element.proto.json)
        for element in app.get("bidi_component")
        if element.proto.component_name == f"cnnviz_{component}"
    ]
