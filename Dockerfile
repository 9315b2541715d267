# camscan in a container. Multicast does not cross a container's bridge: run with the host's network,
#   docker run --rm --network host --cap-drop ALL -v camscan:/data camscan scan 10.20.0.0/24
# ARP, passive listening and SYN sweeps need CAP_NET_RAW, which Docker gives to root only, and root without rights over
# others' files could not write to /data: --user 0 --cap-add NET_RAW --cap-add DAC_OVERRIDE.

FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/camscan
WORKDIR /src
COPY requirements-build.lock requirements.lock ./
RUN /opt/camscan/bin/pip install --require-hashes -r requirements-build.lock -r requirements.lock
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY camscan camscan
COPY fingerprints fingerprints
COPY docs/camscan.1 docs/camscan.1
COPY docs/completion docs/completion
RUN /opt/camscan/bin/pip install --no-deps --no-build-isolation . \
    && /opt/camscan/bin/pip uninstall --yes hatchling editables packaging pathspec pluggy tomlkit trove-classifiers pip

FROM python:3.13-slim
LABEL org.opencontainers.image.title="camscan" \
      org.opencontainers.image.licenses="GPL-3.0-or-later"
COPY --from=build /opt/camscan /opt/camscan
# The base image has its standard library uncompiled, and the user here could not keep what each start would compile.
RUN python -m compileall -q -x site-packages /usr/local/lib && mkdir /data && chown 10001:10001 /data
ENV PATH=/opt/camscan/bin:$PATH HOME=/data CAMSCAN_DB=/data/camscan.db PYTHONUNBUFFERED=1
VOLUME /data
WORKDIR /data
USER 10001:10001
# The kernel drops a signal for the first process that has no handler for it yet, and keeps one that is blocked: camscan
# unblocks it once it has one.
ENTRYPOINT ["env", "--block-signal=TERM", "camscan"]
CMD ["--help"]
