# docker build --tag qos-exporter .
# docker run --network host --cap-drop ALL --cap-add NET_RAW qos-exporter --interface eth1
# docker run --publish 127.0.0.1:10667:10667 qos-exporter demo
#
# Listening takes the capability CAP_NET_RAW and no other; --network host shows the container the
# interfaces of the machine. The program does not run as root. The process of another user has a
# capability only if the file that it executes grants it, so the interpreter of the venv, a copy
# that nobody else uses, grants CAP_NET_RAW. From this follows:
#
# * With --cap-drop ALL and no --cap-add NET_RAW nothing starts, not even the demo ("operation not
#   permitted"): the kernel executes no file whose capability it may not grant.
# * Where a process may not gain privileges (--security-opt no-new-privileges in Docker,
#   allowPrivilegeEscalation: false in Kubernetes) the file grants nothing. There, run it as root
#   that has this capability alone: --user 0 --cap-drop ALL --cap-add NET_RAW.

# The version of Python that every test of this project runs with.
ARG BASE=python:3.11-slim-bookworm

FROM ${BASE} AS build

# No versions: a stable release of Debian holds them still, and removes those it has mended.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends gcc libc6-dev \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /src
COPY LICENSE README.md pyproject.toml setup.py ./
COPY qos_exporter qos_exporter
RUN python3 -m pip wheel --no-cache-dir --wheel-dir /wheels . \
    && python3 -m venv --copies --without-pip /opt/qos-exporter \
    && python3 -m pip --python /opt/qos-exporter/bin/python3 \
        install --no-cache-dir --no-index --find-links /wheels qos-exporter

FROM ${BASE}

ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="qos-exporter" \
      org.opencontainers.image.description="Prometheus exporter for VoIP call quality" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.licenses="MIT AND GPL-2.0-only AND Apache-2.0"

COPY --from=build /opt/qos-exporter /opt/qos-exporter

# libpcap compiles what `capture.filter` says; setcap is needed here only.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libcap2-bin libpcap0.8 \
    && setcap cap_net_raw+ep /opt/qos-exporter/bin/python3 \
    && apt-get purge --yes --auto-remove libcap2-bin \
    && rm -rf /var/lib/apt/lists/*

# At the end, so that `python3` stays the one without a capability.
ENV PATH="${PATH}:/opt/qos-exporter/bin"
# Whoever changes --web.listen-address changes this too.
ENV HEALTH_URL="http://127.0.0.1:10667/-/healthy"

USER 65532:65532
EXPOSE 10667
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
    CMD ["python3", "-c", "import os, urllib.request as u; u.urlopen(os.environ['HEALTH_URL'], timeout=4)"]
ENTRYPOINT ["qos-exporter"]
