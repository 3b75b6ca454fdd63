"""The command line. Nothing is imported here: a program that is started pays for what is."""
