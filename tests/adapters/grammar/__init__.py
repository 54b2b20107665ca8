"""Outlines of all languages as text files, and the tables that they are compared as."""
