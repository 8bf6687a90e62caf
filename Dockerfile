# One image for every part: `web`, `worker`, `beat`, `prepare`, or any management command (deploy/entrypoint.sh).
FROM python:3.11-slim AS packages
WORKDIR /build
# `semantic` adds the optional sentence model (docs/operating.md); pyproject.toml says what its packages really need.
ARG LOCK=base
COPY requirements/uv.txt requirements/base.txt requirements/semantic.txt pyproject.toml ./
RUN python -m venv /venv \
 && pip install --no-cache-dir --require-hashes -r uv.txt \
 && uv pip install --no-cache --python /venv/bin/python --require-hashes -r ${LOCK}.txt

FROM python:3.11-slim
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DATA_DIR=/data \
    STATIC_ROOT=/app/staticfiles \
    BIND=0.0.0.0:8000
RUN groupadd --gid 10001 neurreps \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin neurreps \
 && install -d -o neurreps -g neurreps -m 0700 /data \
 && install -d -o neurreps -g neurreps -m 0755 /static
COPY --from=packages /venv /venv
WORKDIR /app
COPY . .
RUN SECRET_KEY=only-while-building DATA_DIR=/tmp/build python manage.py collectstatic --noinput --verbosity 0 \
 && rm -rf /tmp/build
USER 10001:10001
VOLUME ["/data"]
EXPOSE 8000
STOPSIGNAL SIGTERM
ENTRYPOINT ["/bin/sh", "/app/deploy/entrypoint.sh"]
CMD ["web"]
