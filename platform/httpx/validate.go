package httpx

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/labstack/echo/v4"

	"homehub/platform/apperr"
	"homehub/platform/identity"
)

// contract is docs/openapi.yaml, ready to judge requests.
type contract struct {
	operations map[string]map[string]*operation // path as echo writes it, then method
}

// operation is one method of one path.
type operation struct {
	route  *routers.Route
	params []*openapi3.Parameter
	body   *openapi3.RequestBody // nil: takes none
	schema *openapi3.Schema      // of a JSON body, or a form's
	isForm bool                  // the body is application/x-www-form-urlencoded
	right  identity.Right        // that a caller needs (x-right); empty: nobody is asked who calls
	// failures names who answers its failures (x-failures); empty: they are problems.
	failures string
}

// validationOptions never write defaults into a request: handlers know their own.
var validationOptions = &openapi3filter.Options{ //nolint:gochecknoglobals // immutable
	MultiError: true, SkipSettingDefaults: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc,
}

// loadContract reads the specification. A test validates the document itself; here that would
// only cost time at each start.
func loadContract(spec []byte) (*contract, error) {
	doc, err := openapi3.NewLoader().LoadFromData(spec)
	if err != nil {
		return nil, fmt.Errorf("read openapi.yaml: %w", err)
	}
	c := &contract{operations: make(map[string]map[string]*operation)}
	for path, item := range doc.Paths.Map() {
		methods := make(map[string]*operation)
		for method, op := range item.Operations() {
			o, err := newOperation(doc, path, method, item, op)
			if err != nil {
				return nil, fmt.Errorf("openapi.yaml: %s %s: %w", method, path, err)
			}
			methods[method] = o
		}
		c.operations[echoPath(path)] = methods
	}

	return c, nil
}

func newOperation(doc *openapi3.T, path, method string, item *openapi3.PathItem, op *openapi3.Operation) (*operation, error) {
	o := &operation{route: &routers.Route{Spec: doc, Path: path, PathItem: item, Method: method, Operation: op}}
	for _, params := range []openapi3.Parameters{item.Parameters, op.Parameters} {
		for _, p := range params {
			o.params = append(o.params, p.Value)
		}
	}
	if op.RequestBody != nil {
		o.body = op.RequestBody.Value
		if media := o.body.Content.Get(echo.MIMEApplicationJSON); media != nil && media.Schema != nil {
			o.schema = media.Schema.Value
		}
		if media := o.body.Content.Get(echo.MIMEApplicationForm); o.schema == nil && media != nil && media.Schema != nil {
			o.schema, o.isForm = media.Schema.Value, true
		}
	}
	o.failures, _ = op.Extensions["x-failures"].(string)
	isPublic := op.Security != nil && len(*op.Security) == 0
	if isPublic {
		return o, nil
	}
	named, _ := op.Extensions["x-right"].(string)
	if o.right = identity.Right(named); !o.right.IsKnown() {
		return nil, fmt.Errorf("x-right must name a right, got %q", named)
	}

	return o, nil
}

// echoPath writes /a/{id} as /a/:id.
func echoPath(path string) string {
	return strings.ReplaceAll(strings.ReplaceAll(path, "{", ":"), "}", "")
}

// contractPath writes /a/:id as /a/{id}.
func contractPath(path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if name, isParam := strings.CutPrefix(part, ":"); isParam {
			parts[i] = "{" + name + "}"
		}
	}

	return strings.Join(parts, "/")
}

// find returns the operation of a request, nil when the contract has none.
func (k *contract) find(c echo.Context) *operation {
	method := c.Request().Method
	if op := k.operations[c.Path()][method]; op != nil {
		return op
	}

	return k.operations[c.Request().URL.Path][method] // a handler's parameter that the contract spells out
}

// above returns the page that an address without an operation lies under (/pair for /pair/x), nil
// when there is none.
func (k *contract) above(address string) *operation {
	first, _, _ := strings.Cut(strings.TrimPrefix(address, "/"), "/")

	return k.operations["/"+first][http.MethodGet]
}

// validate refuses what breaks the contract, before a handler sees it.
func (s *Server) validate(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if op := exchangeOf(c).operation; op != nil {
			if err := op.check(c); err != nil {
				return err
			}
		}

		return next(c)
	}
}

func (o *operation) check(c echo.Context) error {
	fields, err := o.checkParams(c)
	if err != nil {
		return err
	}
	inBody, err := o.checkBody(c)
	if err != nil {
		return err
	}
	if fields = append(fields, inBody...); len(fields) == 0 && !namesOneHousehold(c) {
		fields = []apperr.Field{{Name: householdIDName, Message: "must be the same wherever it is given"}}
	}
	if len(fields) > 0 {
		return ErrInvalid.WithMessage("%s", summary(fields)).WithFields(fields...)
	}

	return nil
}

// summary is a sentence for people who read only the detail.
func summary(fields []apperr.Field) string {
	if len(fields) == 1 {
		return fmt.Sprintf("%s %s.", fields[0].Name, fields[0].Message)
	}

	return fmt.Sprintf("%s %s, and %d more.", fields[0].Name, fields[0].Message, len(fields)-1)
}

func (o *operation) checkParams(c echo.Context) ([]apperr.Field, error) {
	req := c.Request()
	query, err := url.ParseQuery(req.URL.RawQuery)
	if err != nil || !isText(req.URL.Path) || !isTextQuery(query) {
		return nil, ErrInvalid.WithMessage("The address is not valid UTF-8 text.").
			WithFields(apperr.Field{Name: "url", Message: "is not valid UTF-8 text"})
	}
	if len(o.params) == 0 {
		return nil, nil
	}
	input := &openapi3filter.RequestValidationInput{
		Request: req, QueryParams: query, Route: o.route, Options: validationOptions, PathParams: map[string]string{},
	}
	for _, name := range c.ParamNames() {
		input.PathParams[name] = c.Param(name)
	}
	var fields []apperr.Field
	for _, p := range o.params {
		if err := openapi3filter.ValidateParameter(req.Context(), input, p); err != nil {
			fields = append(fields, describeParam(p, err)...)
		}
	}

	return fields, nil
}

// checkBody judges the body's type, text, form, and then what it says.
func (o *operation) checkBody(c echo.Context) ([]apperr.Field, error) {
	body := exchangeOf(c).body
	if len(body) == 0 {
		if o.body != nil && o.body.Required {
			return nil, invalidBody("is required")
		}

		return nil, nil
	}
	if o.schema == nil {
		return nil, nil // of no type that is read, or none expected
	}
	read := readJSON
	if o.isForm {
		read = readForm
	}
	value, err := read(c.Request(), body)
	if err != nil {
		return nil, err
	}
	if err := o.schema.VisitJSON(value, openapi3.VisitAsRequest(), openapi3.MultiErrors()); err != nil {
		return describeSchema("", err), nil
	}

	return nil, nil
}

// readJSON returns what a body says, or what is wrong with the body itself.
func readJSON(req *http.Request, body []byte) (any, error) {
	if !isJSON(req) {
		return nil, errMediaType
	}
	if !utf8.Valid(body) {
		return nil, invalidBody("is not valid UTF-8")
	}
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		return nil, invalidBody("is not valid JSON").Wrap(err)
	}
	if bytes.Contains(body, []byte(`\u0000`)) && hasNUL(value) {
		return nil, invalidBody("must not contain the character U+0000")
	}

	return value, nil
}

func invalidBody(what string) *apperr.Error {
	return ErrInvalid.WithMessage("The body %s.", what).WithFields(apperr.Field{Name: "body", Message: what})
}

func isJSON(req *http.Request) bool {
	header := req.Header.Get(echo.HeaderContentType)
	if header == echo.MIMEApplicationJSON {
		return true
	}
	media, params, err := mime.ParseMediaType(header)
	if err != nil || media != echo.MIMEApplicationJSON {
		return false
	}
	charset := params["charset"]

	return charset == "" || strings.EqualFold(charset, "utf-8")
}

// isText refuses what PostgreSQL cannot store.
func isText(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

func isTextQuery(query url.Values) bool {
	for name, values := range query {
		if !isText(name) {
			return false
		}
		for _, v := range values {
			if !isText(v) {
				return false
			}
		}
	}

	return true
}

func hasNUL(value any) bool {
	switch v := value.(type) {
	case string:
		return strings.ContainsRune(v, 0)
	case []any:
		return slices.ContainsFunc(v, hasNUL)
	case map[string]any:
		for k, e := range v {
			if hasNUL(k) || hasNUL(e) {
				return true
			}
		}
	}

	return false
}

func describeParam(p *openapi3.Parameter, err error) []apperr.Field {
	if errors.Is(err, openapi3filter.ErrInvalidRequired) {
		return []apperr.Field{{Name: p.Name, Message: "is required"}}
	}
	if request, ok := errors.AsType[*openapi3filter.RequestError](err); ok && request.Err != nil {
		if fields := describeSchema(p.Name, request.Err); len(fields) > 0 {
			return fields
		}
	}

	return []apperr.Field{{Name: p.Name, Message: "is not valid"}}
}

// describeSchema names each broken rule once, under the plain dotted name of its value.
func describeSchema(prefix string, err error) []apperr.Field {
	if many, ok := errors.AsType[openapi3.MultiError](err); ok {
		var fields []apperr.Field
		for _, e := range many {
			fields = append(fields, describeSchema(prefix, e)...)
		}

		return fields
	}
	broken, ok := errors.AsType[*openapi3.SchemaError](err)
	if !ok {
		return nil
	}
	path := broken.JSONPointer()
	if prefix != "" {
		path = append([]string{prefix}, path...)
	}
	name, message := strings.Join(path, "."), rule2message(broken)
	if broken.SchemaField == "properties" { // the unknown name is only in the reason
		if parts := strings.SplitN(broken.Reason, `"`, 3); len(parts) == 3 {
			name = strings.Join(append(path, parts[1]), ".")
		}
	}
	if name == "" {
		name = "body"
	}

	return []apperr.Field{{Name: name, Message: message}}
}

// rule2message words a broken rule. The value itself is never repeated: it may be a secret.
func rule2message(e *openapi3.SchemaError) string {
	s := e.Schema
	switch e.SchemaField {
	case "required":
		return "is required"
	case "properties":
		return "is not known here"
	case "type":
		return "must be " + typeName(s)
	case "nullable":
		return "must not be null"
	case "minLength":
		return fmt.Sprintf("must have at least %d characters", s.MinLength)
	case "maxLength":
		return fmt.Sprintf("must have at most %d characters", *s.MaxLength)
	case "minimum":
		return fmt.Sprintf("must be at least %v", *s.Min)
	case "maximum":
		return fmt.Sprintf("must be at most %v", *s.Max)
	case "enum":
		return "must be one of " + strings.Trim(fmt.Sprint(s.Enum), "[]")
	case "minProperties":
		return "must not be empty"
	default:
		return "is not valid"
	}
}

func typeName(s *openapi3.Schema) string {
	types := s.Type.Slice()
	if len(types) == 0 {
		return "of another type"
	}
	switch t := types[0]; t {
	case openapi3.TypeArray, openapi3.TypeObject, openapi3.TypeInteger:
		return "an " + t
	case openapi3.TypeBoolean:
		return "true or false"
	default:
		return "a " + t
	}
}
