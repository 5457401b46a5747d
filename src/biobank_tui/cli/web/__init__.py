"""The app in a browser: the server of the terminal kit, guarded."""
