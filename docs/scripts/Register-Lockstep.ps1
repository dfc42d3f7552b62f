#Requires -Version 7.4
#Requires -Modules Microsoft.Graph.Authentication, Microsoft.Graph.Applications
<#
.SYNOPSIS
Registers Lockstep as an application of a Microsoft Entra tenant: a certificate, read permissions
of Microsoft Graph, admin consent.

.DESCRIPTION
May be run again: what is there already stays, and a further certificate is added beside the
present ones. Needs the Microsoft Graph PowerShell SDK, and somebody who may register applications
and consent to application permissions of Microsoft Graph (Privileged Role Administrator).

.PARAMETER Permissions
groups: people assigned to an application, directly or by group. direct: people assigned directly
alone, without the right to read groups. everyone: everybody, or whom a scope selects, without the
right to read applications.

.EXAMPLE
./Register-Lockstep.ps1 -TenantId contoso.onmicrosoft.com -Permissions groups
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $TenantId,
    [ValidateSet('groups', 'direct', 'everyone')] [string] $Permissions = 'groups',
    [string] $Name = 'Lockstep',
    [int] $Days = 365,
    [string] $Out = 'entra.pem',
    # Global, USGov, USGovDoD, China
    [string] $Environment = 'Global'
)
$ErrorActionPreference = 'Stop'

$wanted = switch ($Permissions) {
    'groups' { 'User.Read.All', 'GroupMember.Read.All', 'Application.Read.All' }
    'direct' { 'User.Read.All', 'Application.Read.All' }
    'everyone' { , 'User.Read.All' }
}
if (Test-Path $Out) { throw "$Out exists; name another file with -Out" }

Connect-MgGraph -TenantId $TenantId -Environment $Environment -NoWelcome `
    -Scopes 'Application.ReadWrite.All', 'AppRoleAssignment.ReadWrite.All'

# A certificate with its key, as PEM; the same on Windows, macOS and Linux.
$rsa = [System.Security.Cryptography.RSA]::Create(3072)
$request = [System.Security.Cryptography.X509Certificates.CertificateRequest]::new(
    "CN=$Name", $rsa, [System.Security.Cryptography.HashAlgorithmName]::SHA256,
    [System.Security.Cryptography.RSASignaturePadding]::Pkcs1)
$certificate = $request.CreateSelfSigned([DateTimeOffset]::UtcNow.AddMinutes(-5), [DateTimeOffset]::UtcNow.AddDays($Days))

$application = Get-MgApplication -Filter "displayName eq '$Name'" -Top 1
if (-not $application) {
    $application = New-MgApplication -DisplayName $Name -SignInAudience 'AzureADMyOrg'
    Write-Host "Registered $Name"
}
# The collection is replaced as a whole: those that are there are sent along.
$credentials = @($application.KeyCredentials) + @(@{
        Type        = 'AsymmetricX509Cert'
        Usage       = 'Verify'
        DisplayName = "CN=$Name"
        Key         = $certificate.RawData
    })
Update-MgApplication -ApplicationId $application.Id -KeyCredentials $credentials

$principal = Get-MgServicePrincipal -Filter "appId eq '$($application.AppId)'"
if (-not $principal) { $principal = New-MgServicePrincipal -AppId $application.AppId }

$graph = Get-MgServicePrincipal -Filter "appId eq '00000003-0000-0000-c000-000000000000'"
$roles = foreach ($permission in $wanted) {
    $graph.AppRoles | Where-Object { $_.Value -eq $permission -and $_.AllowedMemberTypes -contains 'Application' }
}
# Shown under API permissions …
Update-MgApplication -ApplicationId $application.Id -RequiredResourceAccess @(@{
        ResourceAppId  = $graph.AppId
        ResourceAccess = @($roles | ForEach-Object { @{ Id = $_.Id; Type = 'Role' } })
    })
# … and consented to: what an application may do is an app role assignment.
$granted = (Get-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $principal.Id -All).AppRoleId
foreach ($role in $roles) {
    if ($granted -notcontains $role.Id) {
        New-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $principal.Id `
            -PrincipalId $principal.Id -ResourceId $graph.Id -AppRoleId $role.Id | Out-Null
    }
    Write-Host "May use $($role.Value)"
}

New-Item -ItemType File -Path $Out | Out-Null
if ($IsWindows) {
    icacls $Out /inheritance:r /grant:r "$([System.Security.Principal.WindowsIdentity]::GetCurrent().Name):F" | Out-Null
}
else { chmod 600 $Out }
Set-Content -Path $Out -Value $certificate.ExportCertificatePem(), $rsa.ExportPkcs8PrivateKeyPem()

Write-Host @"

Certificate and key are in $Out, readable by you alone, valid for $Days days. In lockstep.yaml:

    options:
      tenant: $((Get-MgContext).TenantId)
      clientId: $($application.AppId)
      certificate: "`${file:./$Out}"

Then: lockstep check
"@
