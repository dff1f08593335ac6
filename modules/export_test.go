package modules

// OpsAddr is where the operator's routes are served.
func (s *Server) OpsAddr() string { return s.http.OpsAddr() }

// Routes are those of all addresses.
func (s *Server) Routes() []string { return s.http.Routes() }
