# A media server for large rooms, built the way mediasoup's authors do: the worker with the libraries it pins, which the
# build downloads and checks. (Tests build another one from the system's libraries: tools/media-offline.)
#   docker build -f config/media.Dockerfile -t aldis-media .
#   docker run -p 4440:4440/udp -p 4440:4440/tcp -e ALDIS_MEDIA_SECRET -e ALDIS_MEDIA_ANNOUNCE=192.0.2.1 aldis-media
# The same Debian release in both stages: the binary is linked with its C library.

FROM rust:1.95-bookworm AS build
RUN apt-get update \
    && apt-get install --yes --no-install-recommends g++ ninja-build pkg-config python3 python3-pip \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/src/media/target \
    cargo build --release --locked --manifest-path media/Cargo.toml --bin aldis-media \
    && install -D -m 0755 media/target/release/aldis-media /out/aldis-media

FROM debian:12-slim
RUN groupadd --system --gid 10001 aldis \
    && useradd --system --uid 10001 --gid aldis --home-dir /nonexistent --shell /usr/sbin/nologin aldis
COPY --from=build /out/aldis-media /usr/local/bin/aldis-media
USER 10001:10001
ENV ALDIS_MEDIA_BIND=0.0.0.0:4443 ALDIS_MEDIA_RTC_BIND=0.0.0.0:4440
EXPOSE 4443 4440/udp 4440/tcp
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["aldis-media", "health"]
# The process drains on SIGTERM, for ten minutes at most: docker stop --time 630.
STOPSIGNAL SIGTERM
ENTRYPOINT ["aldis-media"]
