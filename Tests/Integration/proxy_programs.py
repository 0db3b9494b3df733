"""Real proxies, each with a configuration and a folder of its own."""
import os
import shutil
import socket
import subprocess
import tempfile

import mado_server as mado

# The server's name, which nobody knows but these.
NAME = "mado.test"

SQUID = """
http_port {address}:{port}
hosts_file {folder}/hosts
{authentication}
acl tunnel method CONNECT
http_access {rule}
http_access deny all
cache deny all
pid_filename {folder}/squid.pid
access_log {folder}/access.log
cache_log {folder}/cache.log
logfile_rotate 0
shutdown_lifetime 0 seconds
pinger_enable off
coredump_dir {folder}
"""

TINYPROXY = """
Port {port}
Listen {address}
Timeout 600
MaxClients 50
LogFile "{folder}/access.log"
PidFile "{folder}/pid"
BasicAuth hanako secret
"""

DANTE = """
logoutput: {folder}/access.log
internal: {address} port = {port}
external: 127.0.0.1
clientmethod: none
socksmethod: none
user.privileged: root
user.unprivileged: nobody
client pass {{ from: 0.0.0.0/0 to: 0.0.0.0/0 }}
socks pass {{ from: 0.0.0.0/0 to: 0.0.0.0/0 }}
"""


def program(name):
    return shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin:/sbin")


def listens(address, port):
    try:
        socket.create_connection((address, port), 1).close()
        return True
    except OSError:
        return False


class Program:
    """A real proxy with a configuration of its own, in a folder that is gone afterwards."""

    def __init__(self, test, address, configuration, command, hosts=False, **values):
        self.folder = tempfile.mkdtemp(prefix="mado-network-")
        os.chmod(self.folder, 0o777)
        test.addCleanup(shutil.rmtree, self.folder, True)
        self.port = mado.free_port()
        self.url = f"http://{address}:{self.port}"
        with open(os.path.join(self.folder, "hosts"), "w", encoding="utf-8") as out:
            out.write(f"127.0.0.1 localhost {NAME}\n")
        file = os.path.join(self.folder, "proxy.conf")
        with open(file, "w", encoding="utf-8") as out:
            out.write(configuration.format(folder=self.folder, port=self.port, address=address, **values))
        command = [part.format(file=file) for part in command]
        if hosts:
            # These ask the system for names: it knows ours in their view of the files only.
            command = ["unshare", "-m", "sh", "-c", 'mount --bind "$0" /etc/hosts && exec "$@"',
                       os.path.join(self.folder, "hosts"), *command]
        with open(os.path.join(self.folder, "output.log"), "wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        test.addCleanup(self.stop)
        mado.eventually(lambda: listens(address, self.port), f"{command} listens")

    def stop(self):
        self.process.terminate()
        self.process.wait(mado.DEADLINE)

    def log(self):
        with open(os.path.join(self.folder, "access.log"), encoding="utf-8") as log:
            return log.read()
