/**
 * The public schema's types, generated from supabase/schemas by `deno task types`. Do not edit.
 *
 * @module
 */

export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[];

export type Database = {
  "public": {
    Tables: {
      "media_assets": {
        Row: {
          "access_mode": string | null;
          "asset_id": string;
          "base": NonNullable<Json>;
          "bytes": number | null;
          "cloud_name": string;
          "collection_ids": (string)[];
          "conflicts": Json | null;
          "context": NonNullable<Json>;
          "created_at": string;
          "created_by": string | null;
          "deleted_at": string | null;
          "deleted_by": string | null;
          "display_name": string | null;
          "duration": number | null;
          "edited": NonNullable<Json>;
          "edited_at": string | null;
          "edited_by": string | null;
          "etag": string | null;
          "extra": NonNullable<Json>;
          "facts_not_before": string;
          "facts_source": string | null;
          "facts_tries": number;
          "folder": string;
          "format": string | null;
          "height": number | null;
          "id": string;
          "in_scope": boolean;
          "last_event_at": string | null;
          "last_synced_at": string | null;
          "last_updated": NonNullable<Json>;
          "metadata": NonNullable<Json>;
          "moderation_status": string | null;
          "next_attempt_at": string | null;
          "observed_at": string;
          "original_filename": string | null;
          "pages": number | null;
          "public_id": string;
          "resource_type": string;
          "restore_requested_at": string | null;
          "search_text": string;
          "secure_url": string | null;
          "sending": Json | null;
          "sync_attempts": number;
          "sync_error": string | null;
          "sync_status": string;
          "tags": (string)[];
          "type": string;
          "undecided": Json | null;
          "updated_at": string;
          "uploaded_at": string | null;
          "url": string | null;
          "usage_count": number;
          "version": number | null;
          "waits_for_name": boolean;
          "width": number | null;
        };
        ComputedFields: never;
        Insert: {
          "access_mode"?: string | null;
          "asset_id": string;
          "base"?: NonNullable<Json>;
          "bytes"?: number | null;
          "cloud_name": string;
          "collection_ids"?: (string)[];
          "conflicts"?: Json | null;
          "context"?: NonNullable<Json>;
          "created_at"?: string;
          "created_by"?: string | null;
          "deleted_at"?: string | null;
          "deleted_by"?: string | null;
          "display_name"?: string | null;
          "duration"?: number | null;
          "edited"?: NonNullable<Json>;
          "edited_at"?: string | null;
          "edited_by"?: string | null;
          "etag"?: string | null;
          "extra"?: NonNullable<Json>;
          "facts_not_before"?: string;
          "facts_source"?: string | null;
          "facts_tries"?: number;
          "folder"?: string;
          "format"?: string | null;
          "height"?: number | null;
          "id"?: string;
          "in_scope"?: boolean;
          "last_event_at"?: string | null;
          "last_synced_at"?: string | null;
          "last_updated"?: NonNullable<Json>;
          "metadata"?: NonNullable<Json>;
          "moderation_status"?: string | null;
          "next_attempt_at"?: string | null;
          "observed_at"?: string;
          "original_filename"?: string | null;
          "pages"?: number | null;
          "public_id": string;
          "resource_type": string;
          "restore_requested_at"?: string | null;
          "search_text"?: string;
          "secure_url"?: string | null;
          "sending"?: Json | null;
          "sync_attempts"?: number;
          "sync_error"?: string | null;
          "sync_status"?: string;
          "tags"?: (string)[];
          "type"?: string;
          "undecided"?: Json | null;
          "updated_at"?: string;
          "uploaded_at"?: string | null;
          "url"?: string | null;
          "usage_count"?: number;
          "version"?: number | null;
          "waits_for_name"?: boolean;
          "width"?: number | null;
        };
        Update: {
          "access_mode"?: string | null;
          "asset_id"?: string;
          "base"?: NonNullable<Json>;
          "bytes"?: number | null;
          "cloud_name"?: string;
          "collection_ids"?: (string)[];
          "conflicts"?: Json | null;
          "context"?: NonNullable<Json>;
          "created_at"?: string;
          "created_by"?: string | null;
          "deleted_at"?: string | null;
          "deleted_by"?: string | null;
          "display_name"?: string | null;
          "duration"?: number | null;
          "edited"?: NonNullable<Json>;
          "edited_at"?: string | null;
          "edited_by"?: string | null;
          "etag"?: string | null;
          "extra"?: NonNullable<Json>;
          "facts_not_before"?: string;
          "facts_source"?: string | null;
          "facts_tries"?: number;
          "folder"?: string;
          "format"?: string | null;
          "height"?: number | null;
          "id"?: string;
          "in_scope"?: boolean;
          "last_event_at"?: string | null;
          "last_synced_at"?: string | null;
          "last_updated"?: NonNullable<Json>;
          "metadata"?: NonNullable<Json>;
          "moderation_status"?: string | null;
          "next_attempt_at"?: string | null;
          "observed_at"?: string;
          "original_filename"?: string | null;
          "pages"?: number | null;
          "public_id"?: string;
          "resource_type"?: string;
          "restore_requested_at"?: string | null;
          "search_text"?: string;
          "secure_url"?: string | null;
          "sending"?: Json | null;
          "sync_attempts"?: number;
          "sync_error"?: string | null;
          "sync_status"?: string;
          "tags"?: (string)[];
          "type"?: string;
          "undecided"?: Json | null;
          "updated_at"?: string;
          "uploaded_at"?: string | null;
          "url"?: string | null;
          "usage_count"?: number;
          "version"?: number | null;
          "waits_for_name"?: boolean;
          "width"?: number | null;
        };
        Relationships: [];
      };
      "media_collection_items": {
        Row: {
          "added_at": string;
          "added_by": string | null;
          "collection_id": string;
          "media_asset_id": string;
          "position": number;
        };
        ComputedFields: never;
        Insert: {
          "added_at"?: string;
          "added_by"?: string | null;
          "collection_id": string;
          "media_asset_id": string;
          "position"?: number;
        };
        Update: {
          "added_at"?: string;
          "added_by"?: string | null;
          "collection_id"?: string;
          "media_asset_id"?: string;
          "position"?: number;
        };
        Relationships: [
          {
            foreignKeyName: "media_collection_items_collection_id_fkey";
            columns: ["collection_id"];
            isOneToOne: false;
            referencedRelation: "media_collections";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "media_collection_items_media_asset_id_fkey";
            columns: ["media_asset_id"];
            isOneToOne: false;
            referencedRelation: "media_assets";
            referencedColumns: ["id"];
          },
        ];
      };
      "media_collections": {
        Row: {
          "created_at": string;
          "created_by": string | null;
          "description": string | null;
          "id": string;
          "is_public": boolean;
          "name": string;
          "parent_id": string | null;
          "position": number;
          "slug": string;
          "updated_at": string;
        };
        ComputedFields: never;
        Insert: {
          "created_at"?: string;
          "created_by"?: string | null;
          "description"?: string | null;
          "id"?: string;
          "is_public"?: boolean;
          "name": string;
          "parent_id"?: string | null;
          "position"?: number;
          "slug": string;
          "updated_at"?: string;
        };
        Update: {
          "created_at"?: string;
          "created_by"?: string | null;
          "description"?: string | null;
          "id"?: string;
          "is_public"?: boolean;
          "name"?: string;
          "parent_id"?: string | null;
          "position"?: number;
          "slug"?: string;
          "updated_at"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "media_collections_parent_id_fkey";
            columns: ["parent_id"];
            isOneToOne: false;
            referencedRelation: "media_collections";
            referencedColumns: ["id"];
          },
        ];
      };
      "media_sync_log": {
        Row: {
          "asset_id": string | null;
          "changes": Json | null;
          "created_at": string;
          "direction": string | null;
          "error_code": string | null;
          "error_message": string | null;
          "id": number;
          "media_asset_id": string | null;
          "operation": string;
          "processing_time_ms": number | null;
          "public_id": string | null;
          "resolved_at": string | null;
          "resource_type": string | null;
          "run_id": string | null;
          "source": string;
          "status": string;
          "user_id": string | null;
        };
        ComputedFields: never;
        Insert: {
          "asset_id"?: string | null;
          "changes"?: Json | null;
          "created_at"?: string;
          "direction"?: string | null;
          "error_code"?: string | null;
          "error_message"?: string | null;
          "id"?: never;
          "media_asset_id"?: string | null;
          "operation": string;
          "processing_time_ms"?: number | null;
          "public_id"?: string | null;
          "resolved_at"?: string | null;
          "resource_type"?: string | null;
          "run_id"?: string | null;
          "source": string;
          "status": string;
          "user_id"?: string | null;
        };
        Update: {
          "asset_id"?: string | null;
          "changes"?: Json | null;
          "created_at"?: string;
          "direction"?: string | null;
          "error_code"?: string | null;
          "error_message"?: string | null;
          "id"?: never;
          "media_asset_id"?: string | null;
          "operation"?: string;
          "processing_time_ms"?: number | null;
          "public_id"?: string | null;
          "resolved_at"?: string | null;
          "resource_type"?: string | null;
          "run_id"?: string | null;
          "source"?: string;
          "status"?: string;
          "user_id"?: string | null;
        };
        Relationships: [];
      };
      "media_usage": {
        Row: {
          "created_at": string;
          "created_by": string | null;
          "field": string;
          "id": string;
          "media_asset_id": string;
          "position": number;
          "reference_id": string;
          "reference_table": string;
          "removed_at": string | null;
          "usage_type": string;
        };
        ComputedFields: never;
        Insert: {
          "created_at"?: string;
          "created_by"?: string | null;
          "field"?: string;
          "id"?: string;
          "media_asset_id": string;
          "position"?: number;
          "reference_id": string;
          "reference_table": string;
          "removed_at"?: string | null;
          "usage_type": string;
        };
        Update: {
          "created_at"?: string;
          "created_by"?: string | null;
          "field"?: string;
          "id"?: string;
          "media_asset_id"?: string;
          "position"?: number;
          "reference_id"?: string;
          "reference_table"?: string;
          "removed_at"?: string | null;
          "usage_type"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "media_usage_media_asset_id_fkey";
            columns: ["media_asset_id"];
            isOneToOne: false;
            referencedRelation: "media_assets";
            referencedColumns: ["id"];
          },
        ];
      };
    };
    Views: {
      [_ in never]: never;
    };
    Functions: {
      "add_to_media_collection": {
        Args: { "p_collection_id": string; "p_ids": (string)[] };
        Returns: Json;
      };
      "attach_media_assets": { Args: { "p_ids": (string)[]; "p_place": Json }; Returns: Json };
      "cleanup_old_sync_logs": { Args: Record<PropertyKey, never>; Returns: number };
      "detach_media_assets": { Args: { "p_ids": (string)[]; "p_place": Json }; Returns: Json };
      "edit_media_assets": { Args: { "p_ids": (string)[]; "p_patch": Json }; Returns: Json };
      "enable_media_broadcast": { Args: Record<PropertyKey, never>; Returns: boolean };
      "find_media_assets": {
        Args: { "p_public_ids": (string)[]; "p_resource_type"?: string; "p_type"?: string };
        Returns: Json;
      };
      "get_media_asset": { Args: { "p_id": string }; Returns: Json };
      "get_media_facets": { Args: { "p_query"?: Json }; Returns: Json };
      "get_media_statistics": {
        Args: Record<PropertyKey, never>;
        Returns: {
          "conflict_assets": number;
          "deleted_assets": number;
          "error_assets": number;
          "out_of_scope_assets": number;
          "pending_assets": number;
          "pending_deletions": number;
          "synced_assets": number;
          "total_assets": number;
          "total_images": number;
          "total_raw": number;
          "total_size": number;
          "total_videos": number;
        }[];
      };
      "get_media_version": { Args: { "p_id"?: string }; Returns: string };
      "get_sync_health": {
        Args: Record<PropertyKey, never>;
        Returns: {
          "check_name": string;
          "message": string;
          "status": string;
          "value": string;
        }[];
      };
      "get_sync_health_summary": { Args: Record<PropertyKey, never>; Returns: Json };
      "get_sync_overview": { Args: Record<PropertyKey, never>; Returns: Json };
      "get_sync_run": { Args: { "p_run_id": string }; Returns: Json };
      "get_sync_settings": { Args: Record<PropertyKey, never>; Returns: Json };
      "get_sync_snapshots": { Args: { "p_since": string }; Returns: Json };
      "get_sync_status": { Args: Record<PropertyKey, never>; Returns: Json };
      "list_media_assets": { Args: { "p_query"?: Json }; Returns: Json };
      "list_webhook_events": { Args: { "p_limit"?: number }; Returns: Json };
      "media_sync_absent_assets": {
        Args: {
          "p_cloud_name": string;
          "p_limit": number;
          "p_resource_types": (string)[];
          "p_seen": (string)[];
        };
        Returns: Json;
      };
      "media_sync_allow_mass_delete": {
        Args: { "p_run_id": string; "p_source": string; "p_user_id"?: string };
        Returns: Json;
      };
      "media_sync_apply_observations": {
        Args: {
          "p_cloud_name": string;
          "p_created_by"?: string;
          "p_observations": Json;
          "p_observed_at": string;
          "p_run_id"?: string;
          "p_source": string;
          "p_traffic"?: Json;
        };
        Returns: Json;
      };
      "media_sync_begin_push": {
        Args: {
          "p_cloud_name": string;
          "p_ids"?: (string)[];
          "p_lease_seconds": number;
          "p_limit": number;
          "p_run_id"?: string;
          "p_source": string;
          "p_user_id"?: string;
          "p_worker": string;
        };
        Returns: Json;
      };
      "media_sync_begin_sweep": { Args: { "p_limit": number; "p_run_id": string }; Returns: Json };
      "media_sync_claim_refresh": {
        Args: {
          "p_cloud_name": string;
          "p_lease_seconds": number;
          "p_limit": number;
          "p_worker": string;
        };
        Returns: Json;
      };
      "media_sync_claim_shard": {
        Args: { "p_lease_seconds": number; "p_run_id": string; "p_worker": string };
        Returns: Json;
      };
      "media_sync_clock": { Args: Record<PropertyKey, never>; Returns: string };
      "media_sync_compare_page": {
        Args: { "p_cloud_name": string; "p_observations": Json };
        Returns: Json;
      };
      "media_sync_confirm_push": {
        Args: {
          "p_claimed_at": string;
          "p_cloud_name": string;
          "p_finish"?: boolean;
          "p_results": Json;
          "p_run_id"?: string;
          "p_source": string;
          "p_traffic"?: Json;
          "p_worker": string;
        };
        Returns: Json;
      };
      "media_sync_continue_facts": {
        Args: {
          "p_asked"?: string;
          "p_asset_ids"?: (string)[];
          "p_at_once"?: boolean;
          "p_lease_seconds": number;
          "p_limit": number;
          "p_next_cursor"?: string;
          "p_observations"?: Json;
          "p_refused"?: (string)[];
          "p_run_id": string;
          "p_traffic": Json;
          "p_worker": string;
        };
        Returns: Json;
      };
      "media_sync_due": { Args: { "p_cloud_name": string }; Returns: Json };
      "media_sync_find_assets": {
        Args: { "p_cloud_name": string; "p_name": string };
        Returns: Json;
      };
      "media_sync_finish_run": {
        Args: { "p_run_id": string; "p_status"?: string; "p_traffic"?: Json };
        Returns: Json;
      };
      "media_sync_get_event": { Args: { "p_id": number }; Returns: Json };
      "media_sync_note_comparison": { Args: { "p_differences": number }; Returns: undefined };
      "media_sync_pause_run": {
        Args: { "p_run_id": string; "p_traffic"?: Json; "p_worker": string };
        Returns: Json;
      };
      "media_sync_plan_observations": {
        Args: { "p_cloud_name": string; "p_observations": Json; "p_observed_at": string };
        Returns: Json;
      };
      "media_sync_plan_push": {
        Args: {
          "p_absent": (string)[];
          "p_cloud_name": string;
          "p_observations": Json;
          "p_observed_at": string;
          "p_run_id"?: string;
          "p_source": string;
          "p_worker": string;
        };
        Returns: Json;
      };
      "media_sync_plan_shards": {
        Args: {
          "p_expected": number;
          "p_folder_mode": string;
          "p_lease_seconds": number;
          "p_run_id": string;
          "p_shards": Json;
          "p_traffic": Json;
          "p_worker": string;
        };
        Returns: Json;
      };
      "media_sync_receive_event": {
        Args: { "p_cloud_name": string; "p_event": Json };
        Returns: Json;
      };
      "media_sync_record_traffic": {
        Args: { "p_cloud_name": string; "p_traffic": Json };
        Returns: Json;
      };
      "media_sync_release_pending": {
        Args: { "p_ids": (string)[]; "p_worker": string };
        Returns: undefined;
      };
      "media_sync_release_refresh": {
        Args: { "p_cloud_name": string; "p_worker": string };
        Returns: undefined;
      };
      "media_sync_repair": { Args: Record<PropertyKey, never>; Returns: boolean };
      "media_sync_replay_event": {
        Args: { "p_cloud_name": string; "p_effects": Json; "p_id": number };
        Returns: Json;
      };
      "media_sync_report_error": {
        Args: {
          "p_error": Json;
          "p_is_final": boolean;
          "p_run_id": string;
          "p_traffic"?: Json;
          "p_worker": string;
        };
        Returns: undefined;
      };
      "media_sync_restart_shard": {
        Args: { "p_run_id": string; "p_shard": string; "p_worker": string };
        Returns: boolean;
      };
      "media_sync_set_webhook_events": { Args: { "p_events": (string)[] }; Returns: undefined };
      "media_sync_settle_absences": {
        Args: {
          "p_asset_ids": (string)[];
          "p_limit": number;
          "p_observations": Json;
          "p_observed_at": string;
          "p_run_id": string;
          "p_source": string;
          "p_traffic": Json;
        };
        Returns: Json;
      };
      "media_sync_settle_look_up": {
        Args: {
          "p_asset_ids": (string)[];
          "p_cloud_name": string;
          "p_observations": Json;
          "p_observed_at": string;
          "p_run_id"?: string;
          "p_source": string;
        };
        Returns: Json;
      };
      "media_sync_sign_upload": {
        Args: {
          "p_asset_ids": (string)[];
          "p_cloud_name": string;
          "p_force": boolean;
          "p_overwrite": boolean;
          "p_public_id": string;
          "p_user_id"?: string;
        };
        Returns: string;
      };
      "media_sync_start_run": {
        Args: {
          "p_cloud_name": string;
          "p_kind": string;
          "p_lease_seconds": number;
          "p_options"?: Json;
          "p_shards"?: Json;
          "p_source": string;
          "p_user_id"?: string;
          "p_worker": string;
        };
        Returns: Json;
      };
      "media_sync_store_page": {
        Args: {
          "p_cursor"?: string;
          "p_goes_on"?: boolean;
          "p_lease_seconds": number;
          "p_next_cursor"?: string;
          "p_observations": Json;
          "p_observed_at": string;
          "p_run_id": string;
          "p_shard": string;
          "p_traffic": Json;
          "p_worker": string;
        };
        Returns: Json;
      };
      "media_sync_store_search_page": {
        Args: {
          "p_cursor"?: string;
          "p_lease_seconds": number;
          "p_next_cursor"?: string;
          "p_observations": Json;
          "p_refused"?: (string)[];
          "p_run_id": string;
          "p_total"?: number;
          "p_traffic": Json;
          "p_worker": string;
        };
        Returns: Json;
      };
      "media_sync_take_snapshot": { Args: Record<PropertyKey, never>; Returns: boolean };
      "media_sync_version": {
        Args: { "p_function"?: string; "p_version"?: string };
        Returns: string;
      };
      "media_sync_webhook_status": { Args: Record<PropertyKey, never>; Returns: Json };
      "move_between_media_collections": {
        Args: { "p_collection_id": string; "p_ids": (string)[]; "p_to": string };
        Returns: Json;
      };
      "move_media_usage": {
        Args: { "p_ids": (string)[]; "p_place": Json; "p_to": Json };
        Returns: Json;
      };
      "read_media_library": { Args: { "p_parts"?: (string)[]; "p_query"?: Json }; Returns: Json };
      "rebuild_media_sync": { Args: Record<PropertyKey, never>; Returns: Json };
      "remove_from_media_collection": {
        Args: { "p_collection_id": string; "p_ids": (string)[] };
        Returns: Json;
      };
      "reorder_media_collection": {
        Args: { "p_before"?: string; "p_collection_id": string; "p_ids": (string)[] };
        Returns: Json;
      };
      "reorder_media_usage": {
        Args: { "p_before"?: string; "p_ids": (string)[]; "p_place": Json };
        Returns: Json;
      };
      "resolve_media_conflicts": { Args: { "p_ids": (string)[]; "p_keep": string }; Returns: Json };
      "restore_media_asset": { Args: { "p_id": string }; Returns: string };
      "retry_media_assets": { Args: { "p_ids": (string)[] }; Returns: Json };
      "schedule_media_sync": { Args: Record<PropertyKey, never>; Returns: number };
      "soft_delete_media_asset": { Args: { "p_force"?: boolean; "p_id": string }; Returns: string };
      "soft_delete_media_assets": {
        Args: { "p_force"?: boolean; "p_ids": (string)[] };
        Returns: {
          "id": string;
          "outcome": string;
          "public_id": string;
        }[];
      };
      "test_media_alert": { Args: Record<PropertyKey, never>; Returns: string };
      "unschedule_media_sync": { Args: Record<PropertyKey, never>; Returns: number };
      "update_sync_settings": { Args: { "p_changes": Json }; Returns: Json };
    };
    Enums: {
      [_ in never]: never;
    };
    CompositeTypes: {
      [_ in never]: never;
    };
  };
};

type DatabaseWithoutInternals = Omit<Database, "__InternalSupabase">;

type DefaultSchema = DatabaseWithoutInternals[Extract<keyof Database, "public">];

export type Tables<
  DefaultSchemaTableNameOrOptions extends
    | keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof (
      & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
      & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"]
    )
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals } ? (
    & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"]
  )[TableName] extends {
    Row: infer R;
  } ? R
  : never
  : DefaultSchemaTableNameOrOptions extends keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
    ? (DefaultSchema["Tables"] & DefaultSchema["Views"])[DefaultSchemaTableNameOrOptions] extends {
      Row: infer R;
    } ? R
    : never
  : never;

export type TablesInsert<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends
    {
      Insert: infer I;
    } ? I
  : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
    ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
      Insert: infer I;
    } ? I
    : never
  : never;

export type TablesUpdate<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends
    {
      Update: infer U;
    } ? U
  : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
    ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
      Update: infer U;
    } ? U
    : never
  : never;

export type Enums<
  DefaultSchemaEnumNameOrOptions extends
    | keyof DefaultSchema["Enums"]
    | { schema: keyof DatabaseWithoutInternals },
  EnumName extends DefaultSchemaEnumNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"]
    : never = never,
> = DefaultSchemaEnumNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"][EnumName]
  : DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema["Enums"]
    ? DefaultSchema["Enums"][DefaultSchemaEnumNameOrOptions]
  : never;

export type CompositeTypes<
  PublicCompositeTypeNameOrOptions extends
    | keyof DefaultSchema["CompositeTypes"]
    | { schema: keyof DatabaseWithoutInternals },
  CompositeTypeName extends PublicCompositeTypeNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"]
    : never = never,
> = PublicCompositeTypeNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"][
    CompositeTypeName
  ]
  : PublicCompositeTypeNameOrOptions extends keyof DefaultSchema["CompositeTypes"]
    ? DefaultSchema["CompositeTypes"][PublicCompositeTypeNameOrOptions]
  : never;

export const Constants = {
  "public": {
    Enums: {},
  },
} as const;
