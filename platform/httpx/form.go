package httpx

import (
	"mime"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"homehub/platform/apperr"
)

// Form returns the fields of a body of the type application/x-www-form-urlencoded. It was
// validated against docs/openapi.yaml before, so that no field is there twice; one that was sent
// empty counts as not sent, as in RFC 6749.
func Form(c echo.Context) url.Values {
	form, err := url.ParseQuery(string(exchangeOf(c).body))
	if err != nil {
		return url.Values{}
	}

	return form
}

// readForm returns the fields that were sent, or all that is wrong with the form itself.
func readForm(req *http.Request, body []byte) (map[string]any, []apperr.Field, error) {
	media, _, err := mime.ParseMediaType(req.Header.Get(echo.HeaderContentType))
	if err != nil || media != echo.MIMEApplicationForm {
		return nil, nil, errFormMediaType
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, nil, invalidBody("is not a valid form").Wrap(err)
	}
	if !isTextQuery(form) {
		return nil, nil, invalidBody("is not valid UTF-8 text")
	}
	var (
		sent   = make(map[string]any, len(form))
		broken []apperr.Field
	)
	for name, values := range form {
		switch {
		case len(values) > 1:
			broken = append(broken, apperr.Field{Name: name, Message: "must be there only once"})
		case values[0] != "":
			sent[name] = values[0]
		}
	}

	return sent, broken, nil
}
