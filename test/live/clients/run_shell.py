"""run_shell.py openstack|cinder: runs the client's own shell once for each line of stdin.

A line is a JSON list of arguments; for each, one JSON line goes out: {"code", "out", "err"}. To start the real command takes two
seconds, most of them for finding its plug-ins; here it is started once. It remembers one thing from run to run,
the version of the API, so that has to come from the environment.
"""
import contextlib
import io
import json
import sys


def openstack(arguments):
    from openstackclient import shell
    return shell.OpenStackShell().run(arguments)


def cinder(arguments):
    from cinderclient import shell
    try:
        shell.OpenStackCinderShell().main(arguments)
    except Exception as error:  # what the command itself prints before it exits with 1
        print('ERROR: %s' % error, file=sys.stderr)
        return 1
    return 0


run = {'openstack': openstack, 'cinder': cinder}[sys.argv[1]]
answers = sys.stdout
for line in sys.stdin:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = run(json.loads(line))
        except SystemExit as stop:
            code = stop.code
    print(json.dumps({'code': code or 0, 'out': out.getvalue(), 'err': err.getvalue()}), file=answers, flush=True)
