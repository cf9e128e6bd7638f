"""What the components of a page are sent."""

import json


def sent(app, component):
    return [
        json.loads(element.proto.json)
        for element in app.get("bidi_component")
        if element.proto.component_name == f"cnnviz_{component}"
    ]


def tables(app):
    """The numbers and texts of each table that is sorted by a press: its columns by heading."""
    return [
        {
            head: [text if by is None else by for text, by in cells]
            for head, cells in zip(table["heads"], table["columns"], strict=True)
        }
        for table in sent(app, "sortable_table")
    ]
