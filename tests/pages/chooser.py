"""The chooser of pictures in the header, which holds nothing until somebody opens it."""

from streamlit.testing.v1 import AppTest


def opened(app: AppTest) -> AppTest:
    """The page once its chooser was opened."""
    app.session_state["_picture_chooser"] = True
    return app.run()
