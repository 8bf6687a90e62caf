#!/bin/sh
# What a container of the image does. Files stay private to the user that nginx shares with us.
set -eu
umask 077
mkdir -p "$DATA_DIR/run" "$DATA_DIR/files"

case "${1:-web}" in
web) exec gunicorn -c deploy/gunicorn.conf.py neurreps.wsgi:application ;;
worker) exec celery -A neurreps worker --loglevel INFO --concurrency "${WORKER_PROCESSES:-2}" ;;
beat) exec celery -A neurreps beat --loglevel INFO --pidfile= --schedule "$DATA_DIR/run/beat-schedule" ;;
prepare)
  # Older copies of static files stay, for pages that are still open in somebody's browser.
  cp -R staticfiles/. /static/
  chmod -R a+rX /static
  exec python manage.py migrate --noinput
  ;;
*) exec python manage.py "$@" ;;
esac
