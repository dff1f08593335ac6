package httpx

import (
	"mime"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"
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

// readForm is readJSON for a form: an object of texts.
func readForm(req *http.Request, body []byte) (any, error) {
	media, _, err := mime.ParseMediaType(req.Header.Get(echo.HeaderContentType))
	if err != nil || media != echo.MIMEApplicationForm {
		return nil, errFormMediaType
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, invalidBody("is not a valid form").Wrap(err)
	}
	if !isTextQuery(form) {
		return nil, invalidBody("is not valid UTF-8 text")
	}
	sent := make(map[string]any, len(form))
	for name, values := range form {
		if len(values) > 1 {
			return nil, invalidBody("must name each field only once")
		}
		if values[0] != "" {
			sent[name] = values[0]
		}
	}

	return sent, nil
}
