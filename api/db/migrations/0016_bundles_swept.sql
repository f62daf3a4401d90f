-- A policy that no kept decision names is forgotten, no sooner than the decisions that were taken with it are.
COMMENT ON TABLE policy_bundles IS
  'retention: as long as a kept decision names it, and 10 years after its first use at least; no personal data';
GRANT DELETE ON policy_bundles TO filigrane_app;
