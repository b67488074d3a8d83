"""run_main.py MODULE ARGS...: calls MODULE's main().

Debian's /usr/bin/cinder-* and keystone-manage do the same, but come in packages that also bring system users,
database set-up and units; up installs only the libraries.
"""
import importlib
import sys

module = sys.argv.pop(1)
sys.exit(importlib.import_module(module).main())
