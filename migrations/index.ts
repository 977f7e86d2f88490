import { First1763700000000 } from './1763700000000-first';
import { FurtherFacts1763800000000 } from './1763800000000-further-facts';
import { Costs1763820000000 } from './1763820000000-costs';
import { Renewals1763830000000 } from './1763830000000-renewals';
import { Indexes1764410000000 } from './1764410000000-indexes';
import { Outcomes1764420000000 } from './1764420000000-outcomes';
import { Deciders1764430000000 } from './1764430000000-deciders';
import { OtherManagers1764435000000 } from './1764435000000-other-managers';
import { Webhooks1764440000000 } from './1764440000000-webhooks';
import { Audit1764450000000 } from './1764450000000-audit';
import { Erasure1764460000000 } from './1764460000000-erasure';
import { LogPartitions1764471000000 } from './1764471000000-log-partitions';
import { Traces1764473000000 } from './1764473000000-traces';
import { History1764473010000 } from './1764473010000-history';
import { Alerts1764473020000 } from './1764473020000-alerts';
import { ApiKeys1764474000000 } from './1764474000000-api-keys';
import { AccessChecks1764475010000 } from './1764475010000-access-checks';
import { TrustedDocuments1764476000000 } from './1764476000000-trusted-documents';
import { DeprecatedUses1764477000000 } from './1764477000000-deprecated-uses';
import { WrappedKeys1764477010000 } from './1764477010000-wrapped-keys';
import { AllowLists1764477020000 } from './1764477020000-allow-lists';
import { Environments1764477030000 } from './1764477030000-environments';
import { Viewers1764478000000 } from './1764478000000-viewers';

/** All migrations, oldest first. */
export const migrations = [
  First1763700000000,
  FurtherFacts1763800000000,
  Costs1763820000000,
  Renewals1763830000000,
  Indexes1764410000000,
  Outcomes1764420000000,
  Deciders1764430000000,
  OtherManagers1764435000000,
  Webhooks1764440000000,
  Audit1764450000000,
  Erasure1764460000000,
  LogPartitions1764471000000,
  Traces1764473000000,
  History1764473010000,
  Alerts1764473020000,
  ApiKeys1764474000000,
  AccessChecks1764475010000,
  TrustedDocuments1764476000000,
  DeprecatedUses1764477000000,
  WrappedKeys1764477010000,
  AllowLists1764477020000,
  Environments1764477030000,
  Viewers1764478000000,
];
