package virtualhome

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"homehub/modules/hamanager/internal/fixture"
)

// service is one thing that can be called, as light.turn_on.
type service struct {
	fields schema
	// needs lists feature bits: the entity must have all bits of one of them.
	needs []int
	// responds says whether the service gives, or insists on giving, a response.
	responds response
	// run serves one entity; nil where all serves the whole call.
	run func(c *call, e *entity) error
	// all serves a call that is not about entities of its own domain.
	all func(c *call) error
}

type response int

const (
	noResponse response = iota
	mayRespond
	onlyResponds
)

// call is one service call under way.
type call struct {
	home   *Home
	domain string
	name   string
	data   map[string]any // checked, without the target
	target map[string]any
	by     eventContext
	answer map[string]any // the response, where one is wanted
}

func (c *call) has(key string) bool {
	_, ok := c.data[key]

	return ok
}

func (c *call) text(key string) string {
	s, _ := c.data[key].(string)

	return s
}

func (c *call) number(key string) float64 {
	f, _ := toFloat(c.data[key])

	return f
}

func (c *call) integer(key string) int { return int(c.number(key)) }

func (c *call) flag(key string) bool {
	b, _ := c.data[key].(bool)

	return b
}

// set shows an entity's new state.
func (c *call) set(e *entity, value string, attrs attributes) { c.home.set(e, value, attrs, c.by) }

// setValue changes only the state itself.
func (c *call) setValue(e *entity, value string) { c.set(e, value, e.state.Attrs) }

// setAttr changes only one attribute.
func (c *call) setAttr(e *entity, key string, value any) {
	c.set(e, e.state.Value, e.state.Attrs.with(key, value))
}

// again performs another service as part of this call.
func (c *call) again(domain, name string, data map[string]any) error {
	_, err := c.home.callService(serviceCall{domain: domain, name: name, data: data, by: c.by})

	return err
}

// serviceCall is what a client asks for.
type serviceCall struct {
	domain, name  string
	data          map[string]any
	target        map[string]any // as in the WebSocket API; in REST it is part of data
	by            eventContext
	wantsResponse bool
}

// services are all services of all domains. The table is made when first asked for: its
// functions call one another through it.
func services() map[string]map[string]service {
	servicesOnce.Do(func() { servicesTable = allServices() })

	return servicesTable
}

//nolint:gochecknoglobals // a table
var (
	servicesOnce  sync.Once
	servicesTable map[string]map[string]service
)

func allServices() map[string]map[string]service {
	all := map[string]map[string]service{
		"homeassistant":       genericServices(),
		"light":               lightServices(),
		"cover":               coverServices(),
		"valve":               valveServices(),
		"lock":                lockServices(),
		"climate":             climateServices(),
		"water_heater":        waterHeaterServices(),
		"humidifier":          humidifierServices(),
		"fan":                 fanServices(),
		"media_player":        mediaServices(),
		"vacuum":              vacuumServices(),
		"lawn_mower":          mowerServices(),
		"alarm_control_panel": alarmServices(),
		"siren":               sirenServices(),
		"scene":               sceneServices(),
		"script":              scriptServices(),
		"todo":                todoServices(),
		"weather":             weatherServices(),
		"timer":               timerServices(),
	}
	maps.Copy(all, helperServices())

	return all
}

// findService returns a service that the home has: a domain brings its services with its
// first entity.
func (h *Home) findService(domain, name string) (service, bool) {
	if domain != "homeassistant" && !h.domains[domain] {
		return service{}, false
	}
	if domain == "script" && h.byID["script."+name] != nil {
		return runScriptService(), true
	}
	s, ok := services()[domain][name]

	return s, ok
}

func errServiceNotFound(domain, name string) error {
	return &codedError{
		code: codeNotFound, message: "Service " + domain + "." + name + " not found.",
		key: "service_not_found", domain: "homeassistant",
		placeholders: map[string]any{"domain": domain, "service": name},
	}
}

// errValidation is a call that the entity cannot serve: service_validation_error.
func errValidation(domain, key, message string, placeholders map[string]any) error {
	return &codedError{
		code: codeValidation, message: "Validation error: " + message,
		domain: domain, key: key, placeholders: placeholders,
	}
}

// prepare judges a call in Home Assistant's order, before anything happens.
func (h *Home) prepare(sc serviceCall) (*call, service, error) {
	sc.domain, sc.name = strings.ToLower(sc.domain), strings.ToLower(sc.name)
	s, ok := h.findService(sc.domain, sc.name)
	if !ok {
		return nil, s, errServiceNotFound(sc.domain, sc.name)
	}
	if err := checkResponse(s, sc.wantsResponse); err != nil {
		return nil, s, err
	}
	data := sc.data
	if len(sc.target) > 0 {
		data = maps.Clone(sc.data)
		if data == nil {
			data = map[string]any{}
		}
		maps.Copy(data, sc.target)
	}
	c := &call{home: h, domain: sc.domain, name: sc.name, by: sc.by}
	var err error
	if c.target, data, err = splitTarget(data); err != nil {
		return nil, s, err
	}
	if c.data, err = s.fields.validate(data); err != nil {
		return nil, s, err
	}
	if s.run != nil && len(c.target) == 0 {
		return nil, s, invalidf("must contain at least one of %s.", strings.Join(targetKeys, ", "))
	}
	if sc.wantsResponse {
		c.answer = map[string]any{}
	}
	h.fire("call_service", sc.by, func() any {
		shown := maps.Clone(c.data)
		maps.Copy(shown, c.target)

		return map[string]any{"domain": sc.domain, "service": sc.name, "service_data": shown}
	})

	return c, s, nil
}

func checkResponse(s service, wanted bool) error {
	placeholders := map[string]any{"return_response": "return_response=True"}
	switch {
	case wanted && s.responds == noResponse:
		return errValidation("homeassistant", "service_does_not_support_response",
			"An action which does not return responses can't be called with return_response=True", placeholders)
	case !wanted && s.responds == onlyResponds:
		return errValidation("homeassistant", "service_lacks_response_request",
			"The action requires responses and must be called with return_response=True", placeholders)
	default:
		return nil
	}
}

// callService performs a call to its end and returns its response. The caller holds the
// lock.
func (h *Home) callService(sc serviceCall) (map[string]any, error) {
	c, s, err := h.prepare(sc)
	if err != nil {
		return nil, err
	}
	if s.run == nil {
		return c.answer, s.all(c)
	}
	entities, err := c.entities(s)
	if err != nil {
		return nil, err
	}
	if sc.wantsResponse && len(entities) == 0 {
		return nil, coded(codeHomeAssistant, "Service call requested response data but did not match any entities")
	}
	var first error
	for _, e := range entities {
		if err := c.serve(s, e); err != nil && first == nil {
			first = err
		}
	}

	return c.answer, first
}

// entities are those that the call reaches and that can serve it. One that was named and
// cannot is an error; one that was only meant by its room is left out, as is one that is
// not available.
func (c *call) entities(s service) ([]*entity, error) {
	found := c.home.resolveTarget(c.domain, c.target)
	named := asTexts(c.target["entity_id"])
	out := found[:0]
	for _, e := range found {
		if e.state == nil || e.state.Value == stateUnavailable {
			continue
		}
		if !canServe(e, s.needs) {
			if slices.Contains(named, e.id) {
				return nil, errValidation("homeassistant", "service_not_supported",
					"Entity "+e.id+" does not support action "+c.domain+"."+c.name,
					map[string]any{"domain": c.domain, "service": c.name, "entity_id": e.id})
			}

			continue
		}
		out = append(out, e)
	}

	return out, nil
}

func canServe(e *entity, needs []int) bool {
	if len(needs) == 0 {
		return true
	}
	has := e.state.Attrs.features()

	return slices.ContainsFunc(needs, func(bits int) bool { return has&bits == bits })
}

// serve runs the service on one entity, unless the entity misbehaves.
func (c *call) serve(s service, e *entity) error {
	switch c.home.faultOf(e) {
	case fixture.FaultFails:
		return coded(codeHomeAssistant, "The device "+e.id+" reported an error")
	case fixture.FaultSilent:
		if s.responds == noResponse {
			return nil
		}
	case fixture.FaultNone, fixture.FaultSlow:
	}

	return s.run(c, e)
}

// slowness is how long the call must wait for its slowest entity before it is performed.
func (h *Home) slowness(sc serviceCall) time.Duration {
	if h.faults == nil && !h.hasSlow {
		return 0
	}
	c, _, err := h.prepare(sc)
	if err != nil {
		return 0
	}
	for _, e := range h.resolveTarget(sc.domain, c.target) {
		if h.faultOf(e) == fixture.FaultSlow {
			return slowFor
		}
	}

	return 0
}
