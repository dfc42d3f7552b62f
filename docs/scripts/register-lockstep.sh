#!/usr/bin/env bash
# Registers Lockstep as an application of a Microsoft Entra tenant: a certificate, read permissions
# of Microsoft Graph, admin consent. May be run again: what is there already stays, and a further
# certificate is added beside the present one.
#
#   ./register-lockstep.sh [--permissions groups|direct|everyone] [--name Lockstep] [--days 365] [--out entra.pem]
#
#   groups     people assigned to an application, directly or by group (the default)
#   direct     people assigned directly alone: without the right to read groups
#   everyone   everybody, or whom a scope selects: without the right to read applications
#
# Needs: Azure CLI, logged in with `az login --allow-no-subscriptions` as somebody who may register
# applications and consent to application permissions of Microsoft Graph (Privileged Role
# Administrator); openssl.
set -euo pipefail

name=Lockstep
days=365
out=entra.pem
permissions=groups

while [ $# -gt 0 ]; do
  case "$1" in
    --permissions) permissions=$2; shift 2 ;;
    --name) name=$2; shift 2 ;;
    --days) days=$2; shift 2 ;;
    --out) out=$2; shift 2 ;;
    *) sed -n '2,15p' "$0"; exit 64 ;;
  esac
done

case "$permissions" in
  groups) wanted=(User.Read.All GroupMember.Read.All Application.Read.All) ;;
  direct) wanted=(User.Read.All Application.Read.All) ;;
  everyone) wanted=(User.Read.All) ;;
  *) echo "--permissions is groups, direct or everyone" >&2; exit 64 ;;
esac

if [ -e "$out" ]; then
  echo "$out exists; name another file with --out" >&2
  exit 1
fi

graph_app=00000003-0000-0000-c000-000000000000
# The base URL differs by cloud: az cloud set --name AzureUSGovernment, AzureChinaCloud …
graph=$(az cloud show --query endpoints.microsoftGraphResourceId --output tsv)
graph=${graph%/}
tenant=$(az account show --query tenantId --output tsv)

echo "Tenant $tenant, $graph"

umask 077
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
openssl req -x509 -newkey rsa:3072 -sha256 -nodes -days "$days" -subj "/CN=$name" \
  -keyout "$folder/key.pem" -out "$folder/certificate.pem" 2>/dev/null

app=$(az ad app list --filter "displayName eq '$name'" --query '[0].appId' --output tsv)
if [ -z "$app" ]; then
  app=$(az ad app create --display-name "$name" --sign-in-audience AzureADMyOrg --query appId --output tsv)
  echo "Registered $name"
fi
az ad app credential reset --id "$app" --cert "@$folder/certificate.pem" --append --output none
cat "$folder/certificate.pem" "$folder/key.pem" > "$out"

principal=$(az ad sp list --filter "appId eq '$app'" --query '[0].id' --output tsv)
if [ -z "$principal" ]; then
  principal=$(az ad sp create --id "$app" --query id --output tsv)
fi
graph_principal=$(az ad sp show --id "$graph_app" --query id --output tsv)
granted=$(az rest --method GET --url "$graph/v1.0/servicePrincipals/$principal/appRoleAssignments" \
  --query 'value[].appRoleId' --output tsv)

for permission in "${wanted[@]}"; do
  role=$(az ad sp show --id "$graph_app" \
    --query "appRoles[?value=='$permission' && contains(allowedMemberTypes, 'Application')].id | [0]" --output tsv)
  # Shown under API permissions …
  az ad app permission add --id "$app" --api "$graph_app" --api-permissions "$role=Role" --only-show-errors --output none
  # … and consented to: what an application may do is an app role assignment.
  if ! grep -qi "$role" <<< "$granted"; then
    az rest --method POST --url "$graph/v1.0/servicePrincipals/$principal/appRoleAssignments" \
      --body "{\"principalId\":\"$principal\",\"resourceId\":\"$graph_principal\",\"appRoleId\":\"$role\"}" --output none
  fi
  echo "May use $permission"
done

cat <<DONE

Certificate and key are in $out, readable by you alone, valid for $days days. In lockstep.yaml:

    options:
      tenant: $tenant
      clientId: $app
      certificate: "\${file:./$out}"

Then: lockstep check
DONE
