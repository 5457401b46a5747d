"""The command line: every act of the app as a command, through the same functions."""
