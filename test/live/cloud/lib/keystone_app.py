"""The WSGI application of Keystone, for uwsgi's python3 plugin."""
from keystone.server import wsgi

application = wsgi.initialize_public_application()
