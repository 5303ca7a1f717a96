terraform {
  required_providers {
    astra = {
      source = "datastax/astra"
    }
  }
}
variable "capacity" {
  default = 2
}
variable "regions" {
  type    = list(string)
  default = ["us-east-2"]
}
variable "note" {
  default = "home"
}
resource "astra_database" "orders" {
  name                = "orders"
  keyspace            = "shop"
  cloud_provider      = "aws"
  regions             = var.regions
  deletion_protection = false
}
resource "astra_keyspace" "second" {
  database_id = astra_database.orders.id
  name        = "second"
}
resource "astra_access_list" "list" {
  database_id = astra_database.orders.id
  enabled     = true
  addresses {
    address     = "10.0.0.1/32"
    description = var.note
    enabled     = true
  }
}
resource "astra_role" "reader" {
  role_name   = "reader"
  description = var.note
  effect      = "allow"
  resources   = ["drn:astra:org:*"]
  policy      = ["org-db-view"]
}
resource "astra_token" "token" {
  roles = [astra_role.reader.id]
}
resource "astra_pcu_group" "group" {
  title               = "analytics"
  description         = var.note
  cloud_provider      = "AWS"
  region              = "us-east-2"
  min_capacity        = 1
  max_capacity        = var.capacity
  deletion_protection = false
}
resource "astra_pcu_group_association" "member" {
  pcu_group_id  = astra_pcu_group.group.id
  datacenter_id = "${astra_database.orders.id}-1"
  depends_on    = [astra_keyspace.second, astra_access_list.list]
}
resource "astra_private_link" "link" {
  database_id        = astra_database.orders.id
  datacenter_id      = "${astra_database.orders.id}-1"
  allowed_principals = ["arn:aws:iam::123456789012:user/me"]
}
resource "astra_private_link_endpoint" "endpoint" {
  database_id   = astra_database.orders.id
  datacenter_id = "${astra_database.orders.id}-1"
  endpoint_id   = "vpce-0a1b2c3d4e5f60718"
  depends_on    = [astra_private_link.link]
}
resource "astra_customer_key" "key" {
  cloud_provider = "aws"
  region         = "us-east-1"
  key_id         = "arn:aws:kms:us-east-1:123456789012:key/0a1b2c3d-1111-2222-3333-444455556666"
}
data "astra_access_list" "list" {
  database_id = astra_access_list.list.database_id
}
data "astra_available_regions" "all" {}
data "astra_cloud_accounts" "accounts" {
  cloud_provider = "aws"
  region         = "us-east-1"
}
data "astra_customer_key" "key" {
  cloud_provider = "aws"
  region         = "us-east-1"
  depends_on     = [astra_customer_key.key]
}
data "astra_customer_keys" "keys" {
  depends_on = [astra_customer_key.key]
}
data "astra_database" "orders" {
  database_id = astra_database.orders.id
}
data "astra_databases" "all" {
  depends_on = [astra_database.orders]
}
data "astra_keyspace" "second" {
  database_id = astra_keyspace.second.database_id
  name        = "second"
}
data "astra_keyspaces" "all" {
  database_id = astra_keyspace.second.database_id
}
data "astra_pcu_group" "group" {
  pcu_group_id = astra_pcu_group.group.id
}
data "astra_pcu_groups" "all" {
  depends_on = [astra_pcu_group.group]
}
data "astra_private_links" "links" {
  database_id   = astra_private_link.link.database_id
  datacenter_id = astra_private_link.link.datacenter_id
}
data "astra_private_link_endpoints" "endpoints" {
  database_id   = astra_private_link_endpoint.endpoint.database_id
  datacenter_id = astra_private_link_endpoint.endpoint.datacenter_id
  endpoint_id   = astra_private_link_endpoint.endpoint.endpoint_id
}
data "astra_role" "reader" {
  role_id = astra_role.reader.id
}
data "astra_roles" "all" {}
data "astra_users" "all" {}
data "astra_secure_connect_bundle_url" "bundle" {
  database_id = astra_database.orders.id
}
