// Package docs embeds the HTTP contract.
package docs

import _ "embed"

// OpenAPI is openapi.yaml: requests are validated against it, and in tests every response.
//
//go:embed openapi.yaml
var OpenAPI []byte
