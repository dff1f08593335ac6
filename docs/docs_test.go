package docs_test

import (
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"homehub/docs"
)

func TestOpenAPIIsValid(t *testing.T) {
	t.Parallel()

	doc, err := openapi3.NewLoader().LoadFromData(docs.OpenAPI)
	require.NoError(t, err)
	require.NoError(t, doc.Validate(t.Context(), openapi3.EnableExamplesValidation()))

	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			require.NotEmpty(t, op.OperationID, "%s %s", method, path)
			require.NotNil(t, op.Responses.Default(), "%s %s says what other failures look like", method, path)
			if op.RequestBody == nil {
				continue
			}
			body := op.RequestBody.Value.Content.Get("application/json")
			if body == nil {
				require.NotNil(t, op.RequestBody.Value.Content.Get("application/x-www-form-urlencoded"), "%s %s takes a form", method, path)
				continue // which RFC 6749 wants open
			}
			schema := body.Schema.Value
			require.NotNil(t, schema.AdditionalProperties.Has, "%s %s takes a closed body", method, path)
			require.False(t, *schema.AdditionalProperties.Has, "%s %s takes a closed body", method, path)
		}
	}
}
