# One static binary on an empty image: no shell, no package manager, no root.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=""
RUN CGO_ENABLED=0 go build -trimpath -o /out/homehub \
      -ldflags "-s -w -X homehub/platform/buildinfo.version=${VERSION}" . \
 && mkdir -p /out/data /out/tmp

FROM scratch
LABEL org.opencontainers.image.title="homehub" \
      org.opencontainers.image.description="Central backend that lets many households talk to their homes" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /usr/local/go/lib/time/zoneinfo.zip /zoneinfo.zip
COPY --from=build --chown=65532:65532 /out/data /data
COPY --from=build --chown=65532:65532 /out/tmp /tmp
COPY --from=build /out/homehub /homehub
ENV ZONEINFO=/zoneinfo.zip \
    HOMEHUB_DATA_DIR=/data \
    HOMEHUB_SERVER_ADDRESS=0.0.0.0:8000
USER 65532:65532
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 CMD ["/homehub", "healthcheck"]
ENTRYPOINT ["/homehub"]
CMD ["serve"]
