// A single executable's own script can import nothing from a file; this one can.
import('./kubectl-istio_upgrade.js');
