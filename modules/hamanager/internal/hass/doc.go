// Package hass speaks Home Assistant's own API: REST for onboarding and tokens, one
// WebSocket for everything else. It knows nothing of households; a real Home Assistant, a
// linked one and the virtual home differ only in their Endpoint.
package hass
