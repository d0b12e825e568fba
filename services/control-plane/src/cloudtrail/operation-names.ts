// Every operation of AWS's own model of the service: what stands here and is not served answers 501 with its name.
// test/wire checks the list against the SDK.

export const CLOUDTRAIL_OPERATION_NAMES: ReadonlySet<string> = new Set(
  `
    AddTags CancelQuery CreateChannel CreateDashboard CreateEventDataStore CreateTrail DeleteChannel DeleteDashboard
    DeleteEventDataStore DeleteResourcePolicy DeleteTrail DeregisterOrganizationDelegatedAdmin DescribeQuery
    DescribeTrails DisableFederation EnableFederation GenerateQuery GetChannel GetDashboard GetEventConfiguration
    GetEventDataStore GetEventSelectors GetImport GetInsightSelectors GetQueryResults GetResourcePolicy GetTrail
    GetTrailStatus ListChannels ListDashboards ListEventDataStores ListImportFailures ListImports ListInsightsData
    ListInsightsMetricData ListPublicKeys ListQueries ListTags ListTrails LookupEvents PutEventConfiguration
    PutEventSelectors PutInsightSelectors PutResourcePolicy RegisterOrganizationDelegatedAdmin RemoveTags
    RestoreEventDataStore SearchSampleQueries StartDashboardRefresh StartEventDataStoreIngestion StartImport
    StartLogging StartQuery StopEventDataStoreIngestion StopImport StopLogging UpdateChannel UpdateDashboard
    UpdateEventDataStore UpdateTrail
  `
    .trim()
    .split(/\s+/),
);
